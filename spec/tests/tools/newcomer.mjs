// Somebody with only Node copies the published folder into a project, and the editor completes every name and field.

import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { finish, published, read } from "./ajv.mjs";

const { actions, events } = read(new URL("schemas/bundle.json", published)).properties;
const names = (side) => Object.keys(side.properties).sort();

// `|` is where the cursor is. Two ways to copy: beside the program, and as a package.
const cases = [
  ["declare const events: ServerToClientEvents; events[\"|\"]", names(events)],
  ["declare const actions: ClientToServerEvents; actions[\"|\"]", names(actions)],
  ["declare const on: <E extends keyof ServerToClientEvents>(event: E, then: ServerToClientEvents[E]) => void;\n" +
    "on(\"on.message.new\", ({ message }) => message.|)",
    ["attachment", "created_at", "id", "room_id", "text", "updated_at", "user_id"]],
  ["declare const emit: <E extends keyof ClientToServerEvents>(event: E, ...args: Parameters<ClientToServerEvents[E]>) => void;\n" +
    "emit(\"|\")", names(actions)],
];

/** What an editor offers at the cursor of each program. */
function completions(folder, sources) {
  const programs = new Map(sources.map((source, index) => [join(folder, `program${index}.ts`), source.replace("|", "")]));
  const host = {
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    getScriptFileNames: () => [...programs.keys()],
    getScriptVersion: () => "1",
    getScriptSnapshot: (file) => {
      const contents = programs.get(file) ?? ts.sys.readFile(file);
      return contents === undefined ? undefined : ts.ScriptSnapshot.fromString(contents);
    },
    getCompilationSettings: () => ({
      strict: true,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      lib: ["lib.es5.d.ts"],
    }),
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  };
  const service = ts.createLanguageService(host);
  return [...programs.keys()].map((program, index) => {
    const found = service.getCompletionsAtPosition(program, sources[index].indexOf("|"), {});
    return (found?.entries ?? []).map((entry) => entry.name).sort().join();
  });
}

const complaints = [];
for (const [place, from] of [["chat-protocol", "./chat-protocol"], ["node_modules/chat-protocol", "chat-protocol"]]) {
  const folder = mkdtempSync(join(tmpdir(), "newcomer-"));
  try {
    cpSync(fileURLToPath(published), join(folder, place), { recursive: true });
    const header = `import type { ClientToServerEvents, ServerToClientEvents } from "${from}";\n`;
    const offered = completions(folder, cases.map(([source]) => header + source));
    cases.forEach(([source, expected], index) => {
      if (offered[index] !== expected.join()) complaints.push(`${place}: ${source}: offered ${offered[index] || "nothing"}`);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
finish("a newcomer's copy of the folder", complaints);
