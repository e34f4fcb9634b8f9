// Every schema compiles in ajv, by itself and in the bundle, and both judge every fixture as its index says.

import { finish, published, read, strict, validators } from "./ajv.mjs";

const fixtures = new URL("../../../fixtures/events/", import.meta.url);
const index = read(new URL("index.json", fixtures));
const bundle = read(new URL("schemas/bundle.json", published));
const validateBundle = strict().compile(bundle);
const byName = validators();

const complaints = [];
const names = [...Object.keys(bundle.properties.actions.properties), ...Object.keys(bundle.properties.events.properties)];
if (names.sort().join() !== [...byName.keys()].sort().join()) complaints.push("the bundle and the files differ in names");

for (const { file, event, valid } of index) {
  const payload = read(new URL(file, fixtures));
  const validate = byName.get(event);
  const side = event.startsWith("on.") ? "events" : "actions";
  if (validate(payload) !== valid) complaints.push(`${file}: ${valid ? JSON.stringify(validate.errors) : "accepted"}`);
  if (validateBundle({ [side]: { [event]: payload } }) !== valid) complaints.push(`${file}: the bundle disagrees`);
}
finish(`${byName.size} schemas and a bundle on ${index.length} fixtures`, complaints);
