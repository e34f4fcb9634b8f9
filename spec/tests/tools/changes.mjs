// A second opinion on the rules of `chat-spec check`: jsoncompat asks whether each value of one schema is one of the
// other. It agrees on every case of the table, but for those that name its opinion and why ours differs.

import { readFileSync } from "node:fs";
import { check_compat, initSync } from "jsoncompat";
import { finish, read } from "./ajv.mjs";

const wasm = new URL("node_modules/jsoncompat/jsoncompat_wasm_bg.wasm", import.meta.url);
initSync({ module: readFileSync(wasm) });

const cases = read(new URL(process.argv[2] ?? "../changes.json", import.meta.url));
const complaints = [];
for (const { name, old, new: changed, sent, received, jsoncompat = {} } of cases) {
  // A server reads what clients send, and writes what they receive.
  for (const [side, role, ours] of [["sent", "deserializer", sent], ["received", "serializer", received]]) {
    const [before, after] = [old, changed].map((schema) => JSON.stringify(schema));
    const theirs = check_compat(before, after, role) ? "compatible" : "breaking";
    const expected = jsoncompat[side] ?? ours;
    if (theirs !== expected) complaints.push(`${name}, ${side}: jsoncompat says ${theirs}, not ${expected}`);
  }
}
finish(`jsoncompat on ${cases.length} changes`, complaints);
