// The set-up of a repository's runs: made once before the agent, from the base, given to every run, and told where it fails.
import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import type { Beneath, Runtime } from "../../src/container/run.ts";
import { approving, aStory, attempts, brokenShop, mend, minute } from "./world.ts";

const policy = (setup: readonly string[], more = "") => `environment:\n  setup: ${JSON.stringify(setup)}\n${more}`;
const files = { ...brokenShop, ".gitignore": "deps\n*.made\n", "package-lock.json": "{}\n" };

/** What the policy's commands can count in: a file beside the story. */
async function story(setup: readonly string[], options: Partial<Parameters<typeof aStory>[0]> = {}) {
  return aStory({ files, policy: policy(setup), ...options });
}

const make = "mkdir -p deps/bin && date +%N%s > deps/stamp && echo sub > deps/bin/tool && ln -s bin/tool deps/link";

test("what it leaves in ignored folders is there for executor and reviewer, made once, and the thread says so", async () => {
  const seen = 'test "$(cat deps/link)" = sub || exit 9';
  const shop = await story([make, "echo x > a.made"], {
    executor: `${seen}; test -f a.made || exit 9; cat deps/stamp > stamp.txt; echo poisoned > deps/stamp; ${mend}`,
    reviewer: `${seen}; test "$(cat deps/stamp)" = "$(cat stamp.txt)" || exit 9; ${approving}`,
  });
  const issue = await shop.startLoop();
  const state = await shop.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  const setUps = state.attempts[0]?.runs.map(({ provenance }) => provenance?.setUp?.madeMs ?? null);
  expect(setUps).toEqual([expect.any(Number), null]);
  expect(shop.comments(issue)[0]).toContain(", set-up kept from an earlier run\n");
  const kept = readdirSync(join(shop.dataDir(), "environments"));
  expect(kept).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
});

test("a command that fails ends the attempt before the agent is started, with the command and its last lines, and nothing is kept", async () => {
  const shop = await story(["true", "echo the registry is away >&2; exit 3"], { executor: mend });
  const issue = await shop.startLoop();
  const state = await shop.state(issue);
  expect(state.ending).toMatchObject({ reason: "external_dependency_blocked", of: "set_up_failed", resume: "execute" });
  expect(state.attempts[0]).toMatchObject({ counted: false, change: null });
  const said = shop.comments(issue).join("\n");
  expect(said).toContain(
    "no agent was started and nothing was paid. Command 2 of the set-up, `echo the registry is away >&2; exit 3`, failed with exit code 3.",
  );
  expect(said).toContain("the registry is away");
  expect(said).toContain("correct `environment.setup` in `.github/loop.yml`");
  expect(readdirSync(join(shop.dataDir(), "environments"))).toEqual([]);
});

test("tracked files that it changes are as they were, what git does not ignore is not kept, and both are said", async () => {
  const shop = await story([`${make}; echo changed > README.md; rm test.sh; echo x > stray`], {
    executor: `grep -q '# shop' README.md && test -f test.sh && test ! -e stray && test -d deps || exit 9; ${mend}`,
    reviewer: approving,
  });
  const issue = await shop.startLoop();
  expect((await shop.state(issue)).phase).toBe("awaiting_gate");
  expect(shop.comments(issue)[0]).toContain(
    "; it changed `README.md`, `test.sh`, which was taken back; it left `stray`, which git does not ignore, so it was not kept",
  );
});

test("a lockfile that the agent changes has a set-up of its own, from the agent's commit, and leaves the base's as it was", async () => {
  const shop = await story([`${make}; cp package-lock.json deps/lock`], {
    executor: attempts(
      `test "$(cat deps/lock)" = "{}" || exit 9; echo '{"a":1}' > package-lock.json`,
      `test "$(cat deps/lock)" = '{"a":1}' || exit 9; ${mend}`,
    ),
    reviewer: approving,
  });
  const issue = await shop.startLoop();
  expect((await shop.state(issue)).phase).toBe("awaiting_gate");
  expect(readdirSync(join(shop.dataDir(), "environments")).length).toBeGreaterThanOrEqual(2);
});

test.each([
  ["names that are not UTF-8", `mkdir -p deps && : >"$(printf 'deps/\\377')"`],
  [
    "folders deeper than a path may be",
    `mkdir deps && cd deps && n=0 && while [ $n -lt 45 ]; do d=$(printf '%0100d' 0) && mkdir $d && cd -P $d && n=$((n+1)); done`,
  ],
])(
  "%s, of which no copy can be made, are told before the agent is started, and nothing of them stays",
  async (what, command) => {
    const shop = await story([command]);
    const issue = await shop.startLoop();
    const state = await shop.state(issue);
    expect(state.ending).toMatchObject({ of: "set_up_failed" });
    expect(shop.comments(issue).join("\n")).toContain(`The set-up left ${what}, of which no copy can be kept.`);
    expect(readdirSync(join(shop.dataDir(), "environments"))).toEqual([]);
  },
);

test("a tracked file that it made longer than memory is one that it changed", async () => {
  const shop = await story([`${make}; truncate -s 3G README.md`], { reviewer: approving });
  const issue = await shop.startLoop();
  expect((await shop.state(issue)).phase).toBe("awaiting_gate");
  expect(shop.comments(issue)[0]).toContain("; it changed `README.md`, which was taken back");
});

test("what git ignores is kept as git sees it: folders by `name/`, by `name/*`, and by an ignore file of their own", async () => {
  const make = [
    "mkdir -p node_modules/a app/node_modules .yarn/cache .venv/bin made/inner loose",
    "echo 1 >node_modules/a/x; echo 2 >app/node_modules/y; echo 3 >.yarn/cache/z; printf '# by a tool\n*\n' >.venv/.gitignore",
    "echo 4 >.venv/bin/python; echo 5 >made/inner/o.made; echo 6 >made/source; echo 7 >loose/file; echo 8 >.yarn/releases",
  ];
  const there = "node_modules/a/x app/node_modules/y .yarn/cache/z .venv/bin/python made/inner/o.made";
  const gone = "made/source loose .yarn/releases";
  const shop = await aStory({
    files: {
      ...brokenShop,
      "app/index.js": "1\n",
      ".gitignore": "node_modules/\n.yarn/*\n!.yarn/releases\n*.made\n",
    },
    policy: policy(make),
    executor: `for f in ${there}; do test -f $f || exit 9; done; for f in ${gone}; do test ! -e $f || exit 8; done; ${mend}`,
  });
  const issue = await shop.startLoop();
  expect((await shop.state(issue)).phase).toBe("awaiting_gate");
  expect(shop.comments(issue)[0]).toContain(
    "it left `.yarn/releases`, `loose/`, `made/source`, which git does not ignore",
  );
});

/** An engine that can show a folder beneath a workspace, as far as a plain process can: it puts it there. */
function showing(real: Runtime, seen: (Beneath | null)[], refusals: number): Runtime {
  let left = refusals;
  return {
    ...real,
    kind: "docker",
    showsBeneath: async () => true,
    async start({ beneath, ...request }, watch) {
      if (!request.id.endsWith("-setup")) seen.push(beneath ?? null);
      if (beneath !== undefined && left > 0) {
        left -= 1;
        throw new Fault("The engine is away.", { kind: "engine", retry: "later" });
      }
      if (beneath !== undefined)
        cpSync(beneath.folder, request.workspaceDir, { recursive: true, verbatimSymlinks: true });
      return real.start(request, watch);
    },
  };
}

test.runIf(process.getuid?.() === 0)(
  "F2: a run that could not be started over what its set-up left is begun again over the same, and nothing is copied",
  async () => {
    const seen: (Beneath | null)[] = [];
    const shop = await story([make], {
      executor: `test "$(cat deps/link)" = sub || exit 9; ${mend}`,
      reviewer: `test "$(cat deps/link)" = sub || exit 9; ${approving}`,
      runtime: (real) => showing(real, seen, 1),
    });
    const issue = await shop.startLoop();
    await shop.advance(10 * minute);
    const { phase } = await shop.state(issue);
    expect({ phase, count: seen.length }).toEqual({ phase: "awaiting_gate", count: 3 });
    const [first, again, reviewer] = seen;
    expect(first?.folder).toMatch(/environments\/[0-9a-f]{64}\/tree$/);
    expect(again).toEqual(first);
    expect(reviewer?.folder).toBe(first?.folder);
    expect(reviewer?.work).not.toBe(first?.work);
  },
);
