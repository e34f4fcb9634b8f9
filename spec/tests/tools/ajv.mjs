// The published schemas, compiled by ajv in its strictest mode.

import { readdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";

/** The folder to check: the committed one, unless the environment names another. */
export const published = process.env.PUBLISHED
  ? pathToFileURL(`${process.env.PUBLISHED}/`)
  : new URL("../../published/", import.meta.url);

export const read = (url) => JSON.parse(readFileSync(url, "utf8"));

/** An ajv that takes no keyword or format that it does not know. */
export function strict() {
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: true,
    strictTuples: true,
    strictRequired: true,
    allErrors: true,
  });
  formats.default(ajv);
  return ajv;
}

/** A validator for each wire name, from the schema files, one ajv each: no file needs another. */
export function validators() {
  const schemas = new URL("schemas/", published);
  const names = readdirSync(schemas).filter((file) => file !== "bundle.json").sort();
  return new Map(names.map((file) => [file.replace(/\.json$/, ""), strict().compile(read(new URL(file, schemas)))]));
}

/** Prints what went wrong, and ends with 1 if anything did. */
export function finish(what, complaints) {
  for (const complaint of complaints) console.error(complaint);
  console.log(`${what}: ${complaints.length === 0 ? "in order" : `${complaints.length} complaints`}`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
}
