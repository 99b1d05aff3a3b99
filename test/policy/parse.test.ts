// Reading .github/loop.yml: strict, and every refusal names the line and what belongs there.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../src/policy/parse.ts";
import { Policy } from "../../src/policy/schema.ts";

function refusal(text: string): string {
  const parsed = parsePolicy(text);
  return parsed.ok ? "accepted" : parsed.message;
}

describe("the policy file", () => {
  it.each([
    ["no file", null],
    ["an empty file", ""],
    ["a file of comments", "# nothing yet\n"],
    ["an empty mapping", "{}"],
    ["a file with its version only", "version: 1\n"],
  ])("stands for the defaults when it is %s", (_, text) => {
    expect(parsePolicy(text)).toMatchObject({ ok: true, policy: Policy.parse({}) });
  });

  it("keeps the line of every option it states", () => {
    const parsed = parsePolicy("attempts: 2\nchecks:\n  # the only one\n  required: [test]\n");
    if (!parsed.ok) throw new Error(parsed.message);
    expect([...parsed.lines]).toEqual([
      ["attempts", 1],
      ["checks.required", 4],
    ]);
  });

  it.each([
    ["attempts: 1\n\nattemps: 3", "line 3: `attemps` is not an option; did you mean `attempts`?"],
    ["wait_minutes: 5", "line 1: `wait_minutes` is not an option; did you mean `checks.wait_minutes`?"],
    [
      "gate:\n  remind-after-hours: 3",
      "line 2: `gate.remind-after-hours` is not an option; did you mean `gate.remind_after_hours`?",
    ],
    [
      "checks:\n  zzzzzzzz: 1",
      "line 2: `checks.zzzzzzzz` is not an option; the options here are run, as_on_base, required, skipped, run_again, wait_minutes",
    ],
    ["attempts: 99", "line 1: `attempts` must be a whole number from 1 to 20"],
    ["attempts: 1.5", "line 1: `attempts` must be a whole number from 1 to 20"],
    ["attempts: '3'", "line 1: `attempts` must be a whole number from 1 to 20"],
    ["reviewer:\n  enabled: yes", "line 2: `reviewer.enabled` must be true or false"],
    ["version: 2", "line 1: `version` must be the value 1"],
    [
      "gate:\n",
      "line 1: `gate` must be a group with approvals, approvers, reviewers, merge, remind_after_hours, expire_after_days",
    ],
    [
      "checks:\n  required:\n    - test\n    - {}",
      "line 4: `checks.required.1` must be a check's name of 1 to 100 characters, or a group with its `name` and the `app` or the `creator` it comes from",
    ],
    [
      "checks:\n  run:\n    - {name: a, command: ava, only: 'ava {files}', empty: clean}",
      "line 3: `checks.run` says `empty: clean` of a, whose `only` runs tests: that is for linters",
    ],
    ["checks:\n  required: [test, {name: test, app: ci}]", "line 2: `checks.required` names test twice"],
    ["gate: {reviewers: ['@bob']}", "line 1: `gate.reviewers.0` must be a GitHub login without the @"],
    [
      "environment: {cache: [/etc/x]}",
      "line 1: `environment.cache.0` must be the path of a file from the repository's root, such as `app/package-lock.json`",
    ],
    ["attempts: 1\nattempts: 2", "line 2: this option is given twice; keep one of them"],
    ["a: &x [1]\nb: *x", "line 2: aliases (words that begin with *) are not allowed here"],
    ["attempts: !!js/function 3", "line 1: tags (words that begin with !) are not allowed here"],
    ["version: !!int 1", "line 1: tags (words that begin with !) are not allowed here"],
    ["version: 1\nattempts: !!int '3'", "line 2: tags (words that begin with !) are not allowed here"],
    ["version: 1\n? !!str attempts\n: 2", "line 2: tags (words that begin with !) are not allowed here"],
    ["version: !<tag:yaml.org,2002:int> 1", "line 1: tags (words that begin with !) are not allowed here"],
    ["version: ! 1", "line 1: tags (words that begin with !) are not allowed here"],
    ["# a word\n!!map\nversion: 1", "line 2: tags (words that begin with !) are not allowed here"],
    ["!!omap\n- version: 1", "line 1: tags (words that begin with !) are not allowed here"],
    ["checks: {required: !!seq [a]}", "line 1: tags (words that begin with !) are not allowed here"],
    ["checks:\n  required: [a, !!str b]", "line 2: tags (words that begin with !) are not allowed here"],
    ["%YAML 1.1\n---\ngate: {merge: yes}", "line 1: directives (lines that begin with %) are not allowed here"],
    ["%YAML 1.2\n---\nversion: 1", "line 1: directives (lines that begin with %) are not allowed here"],
    ["# a word\n%TAG ! tag:a,1:\n---\nversion: 1", "line 2: directives (lines that begin with %) are not allowed here"],
    ["%FOO bar\n---\nversion: 1", "line 1: directives (lines that begin with %) are not allowed here"],
    ["\ufeff%YAML 1.1\n---\nversion: 1", "line 1: directives (lines that begin with %) are not allowed here"],
    ["version: 1\n...\n%YAML 1.1\n---\n", "line 3: directives (lines that begin with %) are not allowed here"],
    ["attempts: 1\n---\nattempts: 2", "line 2: a second YAML document begins here; the file may hold only one"],
    ["protected_paths: ['!src/**']", "line 1: `protected_paths.0` cannot take paths away: the list only adds"],
    ...["loop/3-x", "-x", "a..b", "a b", "x.lock", "refs/heads/x", "a/", "@"].map((name): [string, string] => [
      `base: '${name}'`,
      "line 1: `base` must be the name of a branch, such as `develop`, and none that begins with `loop/`",
    ]),
    ...[
      ["./out/*.xml", "is written without ./ in front"],
      ["out/", "names a folder: write `**` behind it for the files in it"],
      [" out/*.xml", "begins or ends with white space, which no path there has"],
      ["out//a.xml", "has two slashes in a row, so it can match nothing"],
      ["../out/*.xml", "must stay within the repository, and begin without a /"],
    ].map(([glob, why]): [string, string] => [
      `checks: { run: [{ name: a, command: b, reports: ['${glob}'] }] }`,
      `line 1: \`checks.run.0.reports.0\` ${why}`,
    ]),
    ["checks: { as_on_base: ['./tests'] }", "line 1: `checks.as_on_base.0` is written without ./ in front"],
    ["protected_paths: [src//a]", "line 1: `protected_paths.0` has two slashes in a row, so it can match nothing"],
    ["protected_paths: ['+(a|b)']", "line 1: `protected_paths.0` may use only *, **, ?, [ ] and { }"],
    [
      "protected_paths: ['{a,{b,c}}']",
      "line 1: `protected_paths.0` may have at most two groups in { }, one after the other",
    ],
    ["protected_paths: ['a[']", "line 1: `protected_paths.0` has a [ or ] that does not belong to a pair"],
    [
      "gate:\n  expire_after_days: 1\n  remind_after_hours: 24",
      "line 3: `gate.remind_after_hours` (24) must be less than `gate.expire_after_days` (1 days are 24 hours)",
    ],
    ["x".repeat(25_000), "line 1: the file is longer than 24576 characters"],
  ])("is refused with line and expectation: %j", (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  it("is refused, not obeyed, when it nests without end or multiplies aliases", () => {
    for (const endless of ["[", "{", "- ", "? ", "[]", "[[]]", "-\n"]) {
      const began = process.cpuUsage();
      expect(refusal(endless.repeat(16_000 / endless.length))).toMatch(/^line \d+: this nests deeper, or holds more/);
      expect(process.cpuUsage(began).user).toBeLessThan(300_000);
    }
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ...[..."bcdefgh"].map((name, index) => {
        const before = "abcdefgh"[index];
        return `${name}: &${name} [${Array(9).fill(`*${before}`).join(",")}]`;
      }),
    ].join("\n");
    expect(refusal(bomb)).toMatch(/^line 2: aliases/);
  });

  it.each([
    "agent:\n  command: |\n    !important\n    %YAML 1.1\n",
    "agent: {command: '!!int 3 %TAG'} # !!int %YAML\n",
    "agent:\n  command: echo !x\n",
    'agent:\n  command: "%YAML 1.1"\n',
    "---\nversion: 1\n",
  ])("is accepted with marks inside of its texts and comments: %j", (text) => {
    expect(refusal(text)).toBe("accepted");
  });

  it("names the column too", () => {
    expect(parsePolicy("gate: {merge: 3}")).toMatchObject({ ok: false, line: 1, column: 15 });
  });

  it("never makes the parser throw, whatever it holds", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
        const parsed = parsePolicy(text);
        if (!parsed.ok) expect(parsed.message).toMatch(/^line \d+: /);
      }),
      { numRuns: 500 },
    );
  });

  it("does not let a key reach into the prototype of objects", () => {
    expect(refusal("__proto__:\n  merge: true")).toMatch(/^line 1: `__proto__` is not an option/);
    expect(refusal("constructor: 1")).toMatch(/^line 1: `constructor` is not an option/);
  });
});
