// Holds the architecture: reads the source and fails on what breaks it. Size and taste stay a matter of judgement.
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { circles } from "./tidy/circles.ts";
import {
  finished,
  introduced,
  layering,
  layers,
  named,
  packages,
  purity,
  type Rule,
  reached,
  silence,
} from "./tidy/rules.ts";
import { importsOf, readSources } from "./tidy/source.ts";
import { plainEnglish, spokenFor, wordlessRooms } from "./tidy/words.ts";

const sources = readSources(resolve(import.meta.dirname, "../src"));

describe("the source", () => {
  test.each<[string, Rule]>([
    ["imports go downwards, and adapters meet only in the engine's ports", layering],
    ["a package is imported only in the room that translates it", packages],
    ["pure rooms know no clock, chance, process, timer, file or network", purity],
    ["nothing but a command writes to the terminal", silence],
    ["no file imports itself by way of others", circles],
    ["every file is reached from the program's door", reached],
    ["every file begins with what lives in it", introduced],
    ["no file has a name that says nothing", named],
    ["nothing is left for later", finished],
    ["rooms that deal in facts hold no sentences for people", wordlessRooms],
    ["nobody is told anything in words that nobody would say", plainEnglish],
  ])("%s", (_, rule) => {
    expect(rule(sources)).toEqual([]);
  });

  test("is read at all: every room is there", () => {
    const rooms = new Set(sources.map(({ path }) => path.split("/")[0]));
    expect([...rooms]).toEqual(expect.arrayContaining(["base", "loop", "policy", "engine", "forge", "cli", "main.ts"]));
  });
});

test("the map in src/README.md has every room that there is, at its layer, and none besides", () => {
  const map = readFileSync(resolve(import.meta.dirname, "../src/README.md"), "utf8");
  const rows = [...map.matchAll(/^\| ([0-9–]) \| (.*?) \|/gm)];
  const drawn = rows.flatMap(([, layer, rooms]) =>
    [...(rooms ?? "").matchAll(/`([\w.]+)\/?`/g)].map(([, room]) => `${layer} ${room}`),
  );
  const there = new Set(sources.map(({ path }) => path.split("/")[0] ?? "").filter((room) => room !== "README.md"));
  const layerOf = (room: string) => layers.findIndex((rooms) => rooms.includes(room));
  const meant = [...there].map((room) => `${room === "forge" ? "–" : layerOf(room)} ${room}`);
  expect(drawn.sort()).toEqual(meant.sort());
});

/** What a rule says of one made-up file, or several. */
function said(rule: Rule, files: Readonly<Record<string, string>>): string[] {
  return rule(Object.entries(files).map(([path, text]) => ({ path, text })));
}

describe("the rules about words", () => {
  test("documents that people read are in plain English too", () => {
    const pages = readdirSync(resolve(import.meta.dirname, "../docs")).map((name) => `docs/${name}`);
    const files = ["README.md", ...pages, ".env.example", "fixtures/policy/default.yml", "fixtures/report/endings.md"];
    const read = files.map((path) => ({
      path,
      text: readFileSync(resolve(import.meta.dirname, "..", path), "utf8"),
    }));
    expect(plainEnglish(read)).toEqual([]);
  });

  test("every file that is excused has a sentence to be excused for", () => {
    const excused = Object.keys(spokenFor).filter((path) => sources.some((source) => source.path === path));
    expect(excused).toEqual(Object.keys(spokenFor));
  });

  test.each([
    'const detail = "Nobody answered at the gate in time.";',
    `settle(state, { detail: "They removed the label." });`,
    'return by === null ? "The issue was closed by someone else." : null;',
  ])("a sentence in a room of facts is found: %s", (text) => {
    expect(said(wordlessRooms, { "loop/a.ts": text })).toHaveLength(1);
    expect(said(wordlessRooms, { "engine/look/a.ts": text })).toHaveLength(1);
    expect(said(wordlessRooms, { "report/a.ts": text })).toEqual([]);
  });

  test.each([
    'log.warn({ run }, "A run\'s silence could not be kept.");',
    'throw new Fault("GitHub does not show the label yet.", { kind: "not_found" });',
    'return { state, effects: [], note: "The gate is read again now." };',
    'return { of: "label_removed", by };',
    "/** Nobody answered at the gate in time. */ const x = 1;",
  ])("what the log, a Fault or a comment says is none: %s", (text) => {
    expect(said(wordlessRooms, { "loop/a.ts": text })).toEqual([]);
  });

  test.each([
    "The policy does not stand.",
    "LOOPGATE_PORT is no whole number.",
    "It is to be done.",
    "Allow what waits.",
    "It needs a person's yes.",
  ])("nobody says “%s”", (text) => {
    expect(said(plainEnglish, { "report/a.ts": `export const said = "${text}";` })).toHaveLength(1);
    expect(said(plainEnglish, { "report/a.ts": `/** ${text} */` })).toEqual([]);
  });
});

describe("the layering rule", () => {
  test.each([
    ["loop/a.ts", '"../github/b.ts"', "that is upwards"],
    ["github/a.ts", '"../store/b.ts"', "rooms of one layer do not know each other"],
    ["loop/a.ts", '"../policy/b.ts"', "rooms of one layer do not know each other"],
    ["engine/a.ts", '"../store/b.ts"', "the engine knows adapters by the types of its ports only"],
    ["engine/ports.ts", '"../store/b.ts"', "the engine knows adapters by the types of its ports only"],
    ["store/a.ts", '"../engine/ports.ts"', "adapters and runs take types from the ports"],
    ["runs/a.ts", '"../engine/ports.ts"', "adapters and runs take types from the ports"],
    ["runs/a.ts", '"../engine/turn.ts"', "rooms of one layer do not know each other"],
    ["engine/a.ts", '"../runs/runs.ts"', "rooms of one layer do not know each other"],
    ["store/a.ts", '"../engine/step.ts"', "that is upwards"],
    ["cli/serve.ts", '"../forge/b.ts"', "the forge is for the demo, the bench and the tests only"],
    ["forge/a.ts", '"../loop/b.ts"', "the forge knows nothing of the App"],
    ["engine/a.ts", '"../wire.ts"', "that is upwards"],
    ["cellar/a.ts", '"../base/b.ts"', "cellar has no layer"],
  ])("refuses that %s imports %s", (from, to, why) => {
    expect(said(layering, { [from]: `import { b } from ${to};` })).toEqual([expect.stringContaining(`: ${why}`)]);
  });

  test("refuses what is imported only when it is needed, and what is passed on", () => {
    expect(said(layering, { "loop/a.ts": 'const b = await import("../store/b.ts");' })).toHaveLength(1);
    expect(said(layering, { "loop/a.ts": 'export { b } from "../store/b.ts";' })).toHaveLength(1);
    expect(said(layering, { "loop/a.ts": 'import {\n  a,\n  b,\n} from "../store/b.ts";' })).toHaveLength(1);
  });

  test.each([
    ["engine/a.ts", 'import { decide } from "../loop/decide.ts";'],
    ["policy/a.ts", 'import type { Rules } from "../loop/state.ts";'],
    ["store/a.ts", 'import type { StorePort } from "../engine/ports.ts";'],
    ["store/a.ts", 'import { type StorePort, type Log } from "../engine/ports.ts";'],
    ["runs/a.ts", 'import { judge } from "../gateway/git/judge.ts";'],
    ["engine/ports.ts", 'import type { Running } from "../container/run.ts";'],
    ["cli/demo-stage.ts", 'import { startForge } from "../forge/forge.ts";'],
    ["forge/a.ts", 'import { Fault } from "../base/fault.ts";'],
    ["loop/a.ts", '// import { b } from "../store/b.ts";'],
  ])("accepts in %s: %s", (from, text) => {
    expect(said(layering, { [from]: text })).toEqual([]);
  });
});

describe("the other rules", () => {
  test.each([
    ["engine/a.ts", "dockerode"],
    ["forge/a.ts", "@octokit/rest"],
    ["forge/a.ts", "probot"],
    ["engine/a.ts", "@octokit/webhooks/types"],
    ["github/a.ts", "@octokit/graphql-schema"],
    ["engine/a.ts", "node:sqlite"],
    ["report/a.ts", "marked"],
    ["cli/a.ts", "hono/html"],
    ["wire.ts", "pino"],
    ["engine/a.ts", "commander"],
    ["record/a.ts", "yaml"],
  ])("a package stays at home: not %s importing %s", (path, name) => {
    expect(said(packages, { [path]: `import { x } from "${name}";` })).toHaveLength(1);
  });

  test("packages at home, and those that may be anywhere, are fine", () => {
    const text = 'import Docker from "dockerode";\nimport { z } from "zod";';
    expect(said(packages, { "container/a.ts": text, "app.ts": 'import type { Probot } from "probot";' })).toEqual([]);
  });

  test.each([
    "const now = Date.now();",
    "const now = new Date();",
    "const x = Math.random();",
    'import { randomUUID } from "node:crypto";',
    "const home = process.env.HOME;",
    "setTimeout(() => {}, 1);",
    'import { readFileSync } from "node:fs";',
    "export async function f() {}",
    'fetch("x");',
  ])("a pure room refuses: %s", (text) => {
    expect(said(purity, { "verify/a.ts": text })).toHaveLength(1);
    expect(said(purity, { "engine/a.ts": text })).toEqual([]);
  });

  test("a pure room may hash, make dates of numbers, and speak of the clock", () => {
    const text =
      'import { createHash } from "node:crypto";\n// Date.now is not asked here.\nnew Date(at).toISOString();';
    expect(said(purity, { "loop/a.ts": text })).toEqual([]);
  });

  test("the console is for commands", () => {
    expect(said(silence, { "engine/a.ts": "console.log(1);", "cli/a.ts": "console.log(1);" })).toEqual([
      "engine/a.ts writes to the console",
    ]);
  });

  test("a circle of imports is found once, by whatever way it closes, and a way that only branches is none", () => {
    const files = {
      "loop/a.ts": 'import { b } from "./b.ts";\nimport { d } from "./d.ts";',
      "loop/b.ts": 'import type { C } from "./c.ts";\nimport { d } from "./d.ts";',
      "loop/c.ts": 'const a = await import("./a.ts");',
      "loop/d.ts": 'import { e } from "./e.ts";',
      "loop/e.ts": "",
      "loop/f.ts": 'import { f } from "./f.ts";',
    };
    expect(said(circles, files)).toEqual([
      "loop/a.ts → loop/b.ts → loop/c.ts → loop/a.ts is a circle of imports",
      "loop/f.ts → loop/f.ts is a circle of imports",
    ]);
    expect(said(circles, { ...files, "loop/c.ts": "", "loop/f.ts": "" })).toEqual([]);
  });

  test("a file that only another unreached file imports is unreached too", () => {
    const files = {
      "main.ts": 'import "./cli/a.ts";',
      "cli/a.ts": 'new URL("./b.sh", import.meta.url);',
      "cli/b.sh": "# B",
      "cli/c.ts": 'import "./d.ts";',
      "cli/d.ts": "",
      "cli/e.css": "/* E */",
      "main.css": "/* Main */",
    };
    const lost = ["cli/c.ts", "cli/d.ts", "cli/e.css", "main.css"];
    expect(said(reached, files)).toEqual(lost.map((path) => `${path} is used by nobody`));
    const styled = { ...files, "main.ts": 'import "./cli/a.ts"; read("main.css");' };
    expect(said(reached, styled)).not.toContain("main.css is used by nobody");
  });

  test("a file without a first line on what lives in it is found", () => {
    const files = {
      "a.ts": 'import "x";',
      "b.ts": "// What lives here.",
      "c.sh": "#!/bin/sh\n# Runs.",
      "d.css": "a {}",
    };
    expect(said(introduced, files).map((sentence) => sentence.split(" ")[0])).toEqual(["a.ts", "d.css"]);
  });

  test.each(["engine/utils.ts", "utils/a.ts", "engine/git-helpers.ts", "cli/run-manager.ts", "services/a.ts"])(
    "%s is no name",
    (path) => {
      expect(said(named, { [path]: "" })).toHaveLength(1);
    },
  );

  test.each(["// TODO later", "export default 1;", 'export * from "./b.ts";'])("refuses: %s", (text) => {
    expect(said(finished, { "engine/a.ts": text })).toHaveLength(1);
  });

  test("imports are read whole: packages by their name, files by their path", () => {
    const text = 'import a from "@octokit/rest/x";\nimport type { B } from "../b.ts";\nconst c = import("./c.ts");';
    expect(importsOf({ path: "github/a.ts", text })).toEqual([
      { from: "github/a.ts", to: "@octokit/rest", relative: false, typeOnly: false },
      { from: "github/a.ts", to: "b.ts", relative: true, typeOnly: true },
      { from: "github/a.ts", to: "github/c.ts", relative: true, typeOnly: false },
    ]);
  });
});
