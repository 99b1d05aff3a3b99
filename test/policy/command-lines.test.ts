// Commands of a line as a shell would run them, and what policy says of each.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import type { CommandRules } from "../../src/loop/state.ts";
import { commandsIn, judgeLine } from "../../src/policy/command-lines.ts";

const rules = (given: Partial<CommandRules>): CommandRules => ({
  allow: [],
  ask: [],
  deny: [],
  otherwise: "allow",
  ...given,
});
const publishing = rules({ deny: ["npm publish"], ask: ["npm install"] });
const here = (shell: string) => `${shell} <<'END'\nnpm publish\nEND\necho done`;

describe("a denied command is found", () => {
  test.each([
    "npm publish",
    "npm publish --tag next",
    "  npm   'pub'lish",
    'n"p"m publish',
    "np\\m publish",
    "npm \\\n publish",
    "cd app && npm publish",
    "true; npm publish",
    "true|npm publish",
    "true\nnpm publish",
    "true & npm publish &",
    "(npm publish)",
    "{ npm publish; }",
    "if true; then npm publish; fi",
    "for i in 1 2; do npm publish; done",
    "! npm publish",
    "CI=1 FORCE=2 npm publish",
    "/usr/local/bin/npm publish",
    "sudo -u me npm publish",
    "env A=b npm publish",
    "timeout 5 nice -n 3 npm publish",
    "xargs npm publish </dev/null",
    "find . -name x -exec npm publish {} +",
    'echo "$(npm publish)"',
    "echo `npm publish`",
    "cat <(npm publish)",
    "bash -c 'npm publish'",
    'sh -lc "cd app && npm publish"',
    "eval npm publish",
    'eval "npm publish"',
    here("bash"),
    "npm publish >/dev/null 2>&1",
    ">out npm publish",
    "npm 2>/dev/null publish",
    "npm publish # said",
  ])("%j", (line) => expect(judgeLine(publishing, line).choice).toBe("deny"));
});

describe("what only speaks of one is none", () => {
  test.each([
    "echo npm publish",
    "grep -r 'npm publish' .",
    'git commit -m "No npm publish; not yet"',
    "# npm publish",
    "ls # npm publish",
    here("cat >notes.txt"),
    "npm publisher",
    "npm test",
    "",
  ])("%j", (line) => expect(judgeLine(publishing, line).choice).toBe("allow"));
});

test.each([
  "$X publish",
  "eval $LINE",
  'bash -c "$LINE"',
  "$(which npm) publish",
  "echo 'open",
  "echo $(open",
  "echo $'a'",
])("of %j nobody can say what it runs, so it is denied", (line) =>
  expect(judgeLine(publishing, line)).toEqual({ choice: "deny", command: null }),
);

test("deny counts before ask, ask before allow, and the rest is as it is said", () => {
  const all = rules({
    deny: ["git push"],
    ask: ["git push", "git fetch"],
    allow: ["git", "npm test"],
    otherwise: "deny",
  });
  const choices = ["git push x", "git fetch", "git status", "npm test -- a", "rm x"].map((line) =>
    judgeLine(all, line),
  );
  expect(choices).toEqual([
    { choice: "deny", command: "git push x" },
    { choice: "ask", command: "git fetch" },
    { choice: "allow", command: "git status" },
    { choice: "allow", command: "npm test -- a" },
    { choice: "deny", command: "rm x" },
  ]);
  expect(judgeLine(all, "git status && rm x").choice).toBe("deny");
  expect(judgeLine(all, "sudo rm npm test").choice).toBe("deny"); // what it runs is rm
  expect(judgeLine(all, "timeout 5 npm test").choice).toBe("allow");
  expect(judgeLine(rules({ deny: ["git*--force"] }), "git -C x push --force").choice).toBe("deny");
});

test("every program that a shell starts is among the commands that were read, or the line is not read", () => {
  const folder = mkdtempSync(join(tmpdir(), "loopgate-commands-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [ran, program] = [join(folder, "ran"), join(folder, "prog")];
  writeFileSync(program, `#!/bin/sh\necho ran >>"${ran}"\n`);
  chmodSync(program, 0o755);
  const piece = fc.constantFrom(
    ...["prog", "prog ", "'prog'", "pr'og'", "echo ", "true", "\n", ";", "&&", "||", "|", " ", '"', "'", "\\", "#"],
    ...[
      "$(",
      ")",
      "`",
      "(",
      "{ ",
      ";}",
      "<<E\n",
      "\nE\n",
      "<<<",
      ">f ",
      "2>&1",
      "A=1 ",
      "if ",
      "; then ",
      "; fi",
      "sh -c ",
    ],
  );
  const lines = fc.array(piece, { minLength: 1, maxLength: 9 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(lines, (line) => {
      rmSync(ran, { force: true });
      spawnSync("/bin/sh", ["-c", line], { cwd: folder, env: { PATH: `${folder}:/usr/bin:/bin` }, timeout: 5_000 });
      const started = (() => {
        try {
          return readFileSync(ran, "utf8") !== "";
        } catch {
          return false;
        }
      })();
      if (started)
        expect(judgeLine(rules({ deny: ["prog"] }), line), JSON.stringify(line)).toMatchObject({ choice: "deny" });
    }),
    { numRuns: 400 },
  );
});

test("reading takes time in proportion to the line, whatever is in it", () => {
  for (const piece of ["$(", "`", "'", '"', "sh -c '", "<<A\n", "((", "a ", "sudo ", "\\"]) {
    const line = piece.repeat(Math.floor(19_000 / piece.length));
    const before = performance.now();
    commandsIn(line);
    judgeLine(publishing, line);
    expect(performance.now() - before, piece).toBeLessThan(1_500);
  }
});
