// A policy within the operator's bounds becomes the rules of a loop.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Rules } from "../../src/loop/state.ts";
import { generousBounds } from "../../src/policy/clamp.ts";
import { builtInProtectedPaths } from "../../src/policy/paths.ts";
import { type Operator, readRules } from "../../src/policy/rules.ts";

const operator: Operator = {
  bounds: generousBounds,
  defaults: { agent: { command: "agent", image: "agent@sha256:1" }, reviewer: { command: "", image: "" } },
};

function rulesFrom(text: string | null, by: Operator = operator) {
  return readRules(text === null ? null : { text, sha: "b10b" }, by, "loop");
}

function bounded(change: Partial<Operator["bounds"]>): Operator {
  return { ...operator, bounds: { ...generousBounds, ...change } };
}

describe("the rules of a loop", () => {
  it("are the defaults, in milliseconds, where the repository has no file", () => {
    const read = rulesFrom(null);
    if (!read.ok) throw new Error(read.message);
    expect(Rules.parse(read.rules)).toEqual(read.rules);
    expect(read.rules).toEqual({
      label: "loop",
      policySha: "",
      executor: { agent: "command", model: "", command: "agent", image: "agent@sha256:1" },
      reviewer: null,
      reviewerMissing: true,
      environment: {
        memoryBytes: 2 * 1024 ** 3,
        cpus: 2,
        processes: 256,
        tmpBytes: 512 * 1024 ** 2,
        diskBytes: 4 * 1024 ** 3,
        env: {},
        setup: [],
        cache: [],
      },
      budgetNano: 5e9,
      profiles: { small: 1e9, large: 5e9 },
      raise: { by: "write", nano: 20e9, attempts: 10, ms: 72 * 3_600_000 },
      hosts: [],
      attempts: 3,
      lifetimeRuns: 20,
      issueRuns: 60,
      issueNano: 25e9,
      attemptMs: 1_200_000,
      silenceMs: 600_000,
      loopMs: 43_200_000,
      ciWaitMs: 3_600_000,
      gateReminderMs: 172_800_000,
      gateExpiryMs: 1_209_600_000,
      changedLines: 2000,
      changedFiles: 60,
      confidence: 0.4,
      protectedPaths: builtInProtectedPaths,
      changes: {
        any: "allow",
        dependencies: "allow",
        sources: "ask",
        install_scripts: "ask",
        licences: "ask",
        permission_bits: "ask",
        binaries: "ask",
        generated: "allow",
        migrations: "ask",
      },
      requiredChecks: [],
      skippedChecks: "block",
      draft: "until_green",
      signOff: false,
      approvals: 1,
      reviewers: [],
      merge: false,
    });
  });

  it("follow the file in every option that it changes", () => {
    const text = readFileSync(new URL("../../fixtures/policy/everything-changed.yml", import.meta.url), "utf8");
    const tracker = { tool_hosts: ["mcp.registry.example"], tool_credentials: { tracker: "mcp.registry.example" } };
    const read = rulesFrom(text, bounded({ hosts: ["registry.example"], dockerfiles: true, ...tracker }));
    if (!read.ok) throw new Error(read.message);
    const { protectedPaths, ...rest } = read.rules;
    expect(protectedPaths.slice(-2)).toEqual(["migrations/**", "**/*.sql"]);
    expect(rest).toMatchInlineSnapshot(`
      {
        "approvals": 2,
        "approvers": "anyone",
        "artifacts": "branch",
        "asOnBase": [
          "test/**",
        ],
        "attemptMs": 2700000,
        "attempts": 5,
        "base": "develop",
        "budgetNano": 12500000000,
        "changedFiles": 10,
        "changedLines": 500,
        "changes": {
          "any": "ask",
          "binaries": "allow",
          "dependencies": "ask",
          "generated": "deny",
          "install_scripts": "deny",
          "licences": "deny",
          "migrations": "allow",
          "permission_bits": "allow",
          "sources": "deny",
        },
        "checkSources": {
          "build": {
            "app": "github-actions",
          },
          "preview": {
            "creator": "octocat",
          },
        },
        "ciWaitMs": 5400000,
        "commands": {
          "allow": [
            "npm test",
          ],
          "ask": [
            "npm install *",
          ],
          "deny": [
            "npm publish",
          ],
          "otherwise": "ask",
        },
        "confidence": 0.6,
        "criteriaRequired": true,
        "day": {
          "nano": 60000000000,
          "runs": 120,
          "zone": "Europe/Berlin",
        },
        "deniedPaths": [
          "keys/**",
        ],
        "draft": "never",
        "environment": {
          "build": {
            "args": {},
            "context": "",
            "dockerfile": "tools/Dockerfile",
          },
          "cache": [
            "app/package-lock.json",
          ],
          "cpus": 3.5,
          "diskBytes": 10737418240,
          "env": {
            "NODE_ENV": "test",
            "PORT": "3000",
          },
          "memoryBytes": 6442450944,
          "processes": 1024,
          "services": [
            {
              "command": [
                "postgres",
                "-c",
                "fsync=off",
              ],
              "env": {
                "POSTGRES_PASSWORD": "test",
              },
              "image": "postgres:17",
              "memoryBytes": 1073741824,
              "name": "postgres",
              "ready": "pg_isready",
              "tmpfs": [
                "/var/lib/postgresql/data",
              ],
            },
          ],
          "setup": [
            "npm ci",
            "npm run build",
          ],
          "tmpBytes": 1610612736,
        },
        "executor": {
          "agent": "codex",
          "command": "sh agent.sh",
          "image": "agent@sha256:2",
          "model": "model-1",
        },
        "gaming": "block",
        "gateExpiryMs": 604800000,
        "gateReminderMs": 86400000,
        "hosts": [
          "registry.example",
        ],
        "issueNano": 40000000000,
        "issueRuns": 90,
        "knockOut": {
          "hunks": 5,
          "ms": 600000,
          "notHeld": "block",
        },
        "label": "loop",
        "lifetimeRuns": 30,
        "loopMs": 86400000,
        "memory": true,
        "merge": true,
        "openPulls": 3,
        "ownChecks": [
          {
            "artifacts": [
              "out/page.png",
            ],
            "command": "npm test",
            "ms": 300000,
            "name": "unit tests",
            "only": "npm test -- {files}",
            "reports": [
              "**/junit.xml",
            ],
          },
          {
            "artifacts": [],
            "command": "npx eslint .",
            "empty": "clean",
            "ms": 600000,
            "name": "lint",
            "reports": [
              "out/eslint.xml",
            ],
          },
        ],
        "placeholderPaths": [
          "fixtures/keys",
        ],
        "planFirst": true,
        "policySha": "b10b",
        "profiles": {
          "large": 15000000000,
          "small": 2000000000,
        },
        "raise": {
          "attempts": 10,
          "by": "maintain",
          "ms": 259200000,
          "nano": 20000000000,
        },
        "requiredChecks": [
          "test",
          "build",
          "preview",
        ],
        "reviewer": null,
        "reviewers": [
          "bob",
          "carol",
        ],
        "runAgain": "deny",
        "schedules": true,
        "signOff": true,
        "silenceMs": 900000,
        "skippedChecks": "pass",
        "toolServers": [
          {
            "command": "docs-server --quiet",
            "env": {
              "DOCS_LANGUAGE": "en",
            },
            "image": "docs@sha256:abc",
            "memoryBytes": 2147483648,
            "name": "docs",
            "tools": [
              {
                "name": "search",
              },
              {
                "arguments": {
                  "path": [
                    "guide/*",
                    "README.md",
                  ],
                },
                "name": "read",
              },
            ],
          },
          {
            "command": "",
            "credential": "tracker",
            "env": {},
            "image": "",
            "name": "tracker",
            "tools": [
              {
                "name": "search_issues",
              },
            ],
            "url": "https://mcp.registry.example/mcp",
          },
        ],
        "traceBlocks": [
          "refused",
          "untested",
        ],
      }
    `);
  });

  it("bound all loops of an issue, never below what one loop may cost", () => {
    const ofIssue = (text: string) => {
      const read = rulesFrom(text);
      return read.ok ? [read.rules.issueNano, read.rules.issueRuns] : read.message;
    };
    expect(ofIssue("issue: {usd: 7, runs: 30}")).toEqual([7e9, 30]);
    expect(ofIssue("budget: {usd: 19}\nruns: 40\nissue: {usd: 19, runs: 40}")).toEqual([19e9, 40]);
    expect(ofIssue("runs: 60")).toEqual([25e9, 60]);
    expect(ofIssue("budget:\n  usd: 9\nissue:\n  usd: 8")).toBe(
      "line 4: `issue.usd` (8) must be at least `budget.usd` (9)",
    );
    expect(ofIssue("issue: {runs: 5}")).toBe("line 1: `issue.runs` (5) must be at least `runs` (20)");
    expect(ofIssue("issue: {usd: 101}")).toEqual([100e9, 60]);
  });

  it("take a named agent without a command, and need its model", () => {
    const read = rulesFrom("agent: {kind: codex, model: m-1}\nreviewer: {model: m-2}");
    if (!read.ok) throw new Error(read.message);
    expect(read.rules.executor).toEqual({ agent: "codex", model: "m-1", command: "agent", image: "agent@sha256:1" });
    expect(read.rules.reviewer).toMatchObject({ agent: "codex", model: "m-2" });
    expect(rulesFrom("agent: {kind: codex}")).toMatchObject({
      ok: false,
      message: expect.stringContaining("agent.model"),
    });
  });

  it("grant all loops of an issue no more because one loop asked for more than it gets", () => {
    const asked = "budget: { usd: 90 }\nruns: 100";
    const by = bounded({ usd: 20, runs: 30, issue_usd: 100, issue_runs: 200 });
    expect(rulesFrom(asked, by)).toMatchObject({ ok: true, rules: { issueNano: 25e9, issueRuns: 60 } });
    expect(rulesFrom("budget: { usd: 90 }", bounded({ usd: 80 }))).toMatchObject({ rules: { issueNano: 80e9 } });
    expect(rulesFrom("budget: { usd: 90 }\nissue: { usd: 95 }", by)).toMatchObject({ rules: { issueNano: 95e9 } });
  });

  it("let a further reviewer use no other image than the operator allows either", () => {
    const others = (image: string) =>
      `reviewer:\n  command: judge\n  others: [{ image: ${image} }, { command: other }]`;
    const by = bounded({ images: ["node:24"] });
    expect(rulesFrom(others("node:24"), by).ok).toBe(true);
    expect(rulesFrom(others("evil:1"), by)).toEqual({
      ok: false,
      message: "line 3: an `image` in `reviewer.others` is not among the images this App's operator allows (node:24)",
    });
  });

  it("let a run reach only hosts that the operator allows", () => {
    const bounded = { ...operator, bounds: { ...operator.bounds, hosts: ["registry.example"] } };
    const asked = "network:\n  allow: [registry.example]";
    expect(rulesFrom(asked, bounded)).toMatchObject({ ok: true, rules: { hosts: ["registry.example"] } });
    expect(rulesFrom(asked)).toMatchObject({
      ok: true,
      rules: { hosts: [], clamped: [expect.stringMatching(/^line 2: .*registry\.example/)] },
    });
  });

  it("keep the built-in protected paths whatever the file lists", () => {
    const read = rulesFrom("protected_paths: [migrations/**]");
    if (!read.ok) throw new Error(read.message);
    expect(read.rules.protectedPaths).toEqual([...builtInProtectedPaths, "migrations/**"]);
  });

  it("do not exist when nobody has said what to run", () => {
    const nobody = { ...operator, defaults: { ...operator.defaults, agent: { command: "", image: "" } } };
    expect(rulesFrom("agent: {command: work}", nobody)).toEqual({
      ok: false,
      message:
        "`agent.image` is missing: it names the container image the agent runs in, and this App's operator has set no default",
    });
    expect(rulesFrom(null, nobody)).toMatchObject({ ok: false, message: expect.stringMatching(/^`agent.command`/) });
  });

  it.each([
    ["attempts: 8", { attempts: 5 }, "line 1: `attempts` is 8, but this App's operator allows at most 5"],
    ["runs: 9", { runs: 8 }, "line 1: `runs` is 9, but this App's operator allows at most 8"],
    [
      "limits:\n  changed_files: 9",
      { changed_files: 8 },
      "line 2: `limits.changed_files` is 9, but this App's operator allows at most 8",
    ],
    [
      "gate: {approvals: 0}",
      { approvals_minimum: 1 },
      "line 1: `gate.approvals` is 0, but this App's operator requires at least 1",
    ],
    [
      "gate: {merge: true}",
      { may_merge: false },
      "line 1: `gate.merge` is true, but this App's operator does not allow merging",
    ],
  ])("are held to the operator's bounds where the file goes past them, and say so: %j", (text, bounds, sentence) => {
    const read = rulesFrom(text, bounded(bounds));
    if (!read.ok) throw new Error(read.message);
    expect(read.rules.clamped).toEqual([sentence]);
    // Nothing else tells them from the rules of a file that asks for the bound itself.
    const { clamped: _, ...rest } = read.rules;
    const said: Readonly<Record<string, string>> = { approvals_minimum: "gate: {approvals: 1}", may_merge: "" };
    const [[name, bound] = ["", 0]] = Object.entries(bounds);
    const group = name === "changed_files" ? `limits: {changed_files: ${bound}}` : `${name}: ${bound}`;
    const plain = rulesFrom(said[name] ?? group, bounded(bounds));
    expect(plain).toEqual({ ok: true, rules: rest });
  });

  it("are refused where the file names an image that the operator does not allow", () => {
    const message = "line 1: `agent.image` is not among the images this App's operator allows (good)";
    expect(rulesFrom("agent: {image: evil}", bounded({ images: ["good"] }))).toEqual({ ok: false, message });
  });

  it("say whose file they come from where it is the owner's, also when it is invalid", () => {
    const of = "acme/.github";
    expect(readRules({ text: "attempts: 2", sha: "b10b", of }, operator, "loop")).toMatchObject({
      ok: true,
      rules: { attempts: 2, policySha: "b10b", policyOf: of },
    });
    expect(readRules({ text: "atempts: 2", sha: "b10b", of }, operator, "loop")).toEqual({
      ok: false,
      message: "in acme/.github, line 1: `atempts` is not an option; did you mean `attempts`?",
    });
  });

  it("shrink silently to the bounds where the file says nothing", () => {
    const read = rulesFrom("attempts: 1", bounded({ deadline_minutes: 5, loop_hours: 1, approvals_minimum: 2 }));
    expect(read).toMatchObject({
      ok: true,
      rules: { attempts: 1, attemptMs: 300_000, loopMs: 3_600_000, approvals: 2 },
    });
  });

  it("never have the executor's command review its own work", () => {
    const reviewerFrom = (text: string | null, command = "") => {
      const defaults = { ...operator.defaults, reviewer: { command, image: "" } };
      const read = rulesFrom(text, { ...operator, defaults });
      return read.ok ? [read.rules.reviewer?.command ?? null, read.rules.reviewerMissing === true] : read.message;
    };
    expect(reviewerFrom(null)).toEqual([null, true]);
    expect(reviewerFrom("agent: {command: work}")).toEqual([null, true]);
    expect(reviewerFrom(null, "judge")).toEqual(["judge", false]);
    expect(reviewerFrom("reviewer: {command: judge}")).toEqual(["judge", false]);
    expect(reviewerFrom("reviewer: {enabled: false}")).toEqual([null, false]);
    // Who asks for one in so many words gets one or is told.
    const missing =
      "`reviewer.command` is missing: it names the command that reviews the change, and this App's operator has set no default";
    for (const asks of ["enabled: true", "kind: command", "image: judge", "model: m"])
      expect(reviewerFrom(`reviewer: {${asks}}`), asks).toBe(missing);
  });

  it("need the model of a reviewer that is a known agent", () => {
    expect(rulesFrom("reviewer: {kind: codex}")).toMatchObject({
      ok: false,
      message: expect.stringContaining("`reviewer.model` is missing"),
    });
    expect(rulesFrom("reviewer: {kind: codex, model: m}")).toMatchObject({
      ok: true,
      rules: { reviewer: { agent: "codex" } },
    });
  });

  it("take what is not said of further reviewers from the first, and refuse those that could not run", () => {
    const others = (text: string) => {
      const read = rulesFrom(`reviewer: {kind: codex, model: m, ${text}}`);
      return read.ok ? [read.rules.otherReviewers, read.rules.quorum] : read.message;
    };
    const first = { agent: "codex", model: "m", command: "", image: "agent@sha256:1" };
    expect(others("others: [{model: n}, {command: judge, image: i}, {kind: gemini}], quorum: 2")).toEqual([
      [
        { ...first, model: "n" },
        { ...first, agent: "command", command: "judge", image: "i" },
        { ...first, agent: "gemini" },
      ],
      2,
    ]);
    expect(others("others: [{}]")).toEqual([[first], undefined]);
    expect(others("quorum: 1")).toEqual([undefined, undefined]);
    expect(others("quorum: 2")).toBe("`reviewer.quorum` (2) is more than there are reviewers (1)");
    expect(others("others: [{kind: command}]")).toContain("`command` is missing in `reviewer.others`");
    const ofCommand = rulesFrom("reviewer: {command: judge, others: [{kind: codex}]}");
    expect(ofCommand).toMatchObject({ message: expect.stringContaining("`model` is missing in `reviewer.others`") });
  });

  it("name no reviewer when the policy switches it off", () => {
    expect(rulesFrom("reviewer: {enabled: false}")).toMatchObject({ ok: true, rules: { reviewer: null } });
  });
});

describe("an operator whose agent is known by name", () => {
  const named: Operator = {
    ...operator,
    defaults: { ...operator.defaults, agent: { command: "", image: "agent@sha256:1", kind: "codex", model: "gpt-5" } },
  };

  it.each([
    ["version: 1\n", { agent: "codex", model: "gpt-5", command: "" }],
    ["version: 1\nagent:\n  model: gpt-6\n", { agent: "codex", model: "gpt-6", command: "" }],
    ["version: 1\nagent:\n  command: fix\n", { agent: "command", model: "", command: "fix" }],
    ["version: 1\nagent:\n  kind: gemini\n  model: g\n", { agent: "gemini", model: "g", command: "" }],
  ])("works for policies that name none: %j", (text, executor) => {
    const read = readRules({ text, sha: "b10b" }, named, "loop");
    expect(read).toMatchObject({
      ok: true,
      rules: { executor, reviewer: executor.agent === "command" ? null : executor },
    });
  });
});
