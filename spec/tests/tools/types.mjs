// The declarations compile strictly in a sample client and server, and each wrong use fails with the error that its
// first line names.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { finish } from "./ajv.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

/** The codes of the errors that the compiler has for each file. */
function compile() {
  const errors = new Map();
  const note = (line) => {
    const found = /^types\/(.+?)\(\d+,\d+\): error (TS\d+)/.exec(line);
    if (found) errors.set(found[1], [...(errors.get(found[1]) ?? []), found[2]]);
    else if (/error TS/.test(line)) errors.set(line, ["TS"]);
  };
  try {
    execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "types", "--pretty", "false"], { cwd: here });
  } catch ({ stdout }) {
    stdout.toString().split("\n").forEach(note);
  }
  return errors;
}

const errors = compile();
const complaints = [];
const wrong = readdirSync(new URL("types/wrong/", import.meta.url)).sort();
for (const file of wrong) {
  const name = `wrong/${file}`;
  const [, expected] = /^\/\/ (TS\d+): ./.exec(readFileSync(new URL(`types/${name}`, import.meta.url), "utf8"));
  const found = errors.get(name) ?? ["no error"];
  if (found.join() !== expected) complaints.push(`${name}: ${expected} was expected, not ${found.join()}`);
  errors.delete(name);
}
for (const [file, codes] of errors) complaints.push(`${file}: ${codes.join()}`);
finish(`a client, a server and ${wrong.length} wrong uses of the types`, complaints);
