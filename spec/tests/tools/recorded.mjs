// Validates recorded events: `node recorded.mjs FILE`, where each line of the file is {"event": …, "payload": …}.

import { readFileSync } from "node:fs";
import { finish, validators } from "./ajv.mjs";

const [file] = process.argv.slice(2);
if (!file) {
  console.error("usage: node recorded.mjs FILE");
  process.exit(2);
}
const lines = readFileSync(file, "utf8").split("\n").filter((line) => line.trim() !== "");
const byName = validators();
const complaints = lines.length === 0 ? [`${file} has no events`] : [];
lines.forEach((line, index) => {
  const { event, payload } = JSON.parse(line);
  const validate = byName.get(event);
  if (!validate) complaints.push(`line ${index + 1}: ${event} is no action or event`);
  else if (!validate(payload)) complaints.push(`line ${index + 1}: ${event}: ${JSON.stringify(validate.errors)}`);
});
finish(`${lines.length} recorded events`, complaints);
