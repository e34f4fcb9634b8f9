// @asyncapi/parser accepts the document, and finds in it what the schemas' bundle has.

import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";
import { finish, published, read } from "./ajv.mjs";

const { document, diagnostics } = await new Parser().parse(readFileSync(new URL("asyncapi.json", published), "utf8"));
// 0 is an error, 1 a warning; what is less is advice.
const complaints = diagnostics
  .filter(({ severity }) => severity <= 1)
  .map(({ path, message }) => `${path.join("/")}: ${message}`);
const { actions, events } = read(new URL("schemas/bundle.json", published)).properties;

function expectSame(what, found, expected) {
  const [one, other] = [[...found].sort().join(), [...expected].sort().join()];
  if (one !== other) complaints.push(`${what}: ${one} is not ${other}`);
}
if (document) {
  const operations = document.operations();
  expectSame("received", operations.filterByReceive().map((it) => it.id()), Object.keys(actions.properties));
  expectSame("sent", operations.filterBySend().map((it) => it.id()), Object.keys(events.properties));
  for (const operation of operations.filterByReceive()) {
    expectSame(`the reply of ${operation.id()}`, operation.reply().messages().map((it) => it.name()), ["acknowledgement"]);
  }
  if (document.servers().all().some((server) => server.security().length === 0)) complaints.push("a server has no security");
} else {
  complaints.push("there is no document");
}
finish("the AsyncAPI document", complaints);
