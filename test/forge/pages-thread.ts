// A realistic thread for the tests of the pages: a loop's issue, its pull request, a red and a green attempt.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hono } from "hono";
import { createBackground } from "../../src/forge/background.ts";
import { defaultLimits } from "../../src/forge/core.ts";
import { git } from "../../src/forge/git/run.ts";
import { signatureOf, writeCommit } from "../../src/forge/git/store.ts";
import { createActivity } from "../../src/forge/http/activity.ts";
import type { Actor, App, Issue, Pull, Repository, User } from "../../src/forge/model.ts";
import { pages } from "../../src/forge/pages/pages.ts";
import { createWorld, type World } from "../../src/forge/world.ts";

export const minute = 60_000;
const start = Date.parse("2026-11-22T09:00:00Z");

export interface Place {
  readonly world: World;
  readonly app: Hono;
  readonly repository: Repository;
  readonly maria: User;
  readonly tomas: User;
  readonly guest: User;
  readonly bot: App;
  /** Moves the world's clock on by so many milliseconds. */
  wait(ms: number): void;
  close(): Promise<void>;
}

export const person = (user: User): Actor => ({ user, app: null });

/** A world with one repository that has one commit, and the pages over it. */
export async function aPlace(): Promise<Place> {
  const dataDir = await mkdtemp(join(tmpdir(), "forge-pages-"));
  let now = start;
  const world = createWorld({
    dataDir,
    now: () => now,
    limits: defaultLimits,
    background: createBackground(createActivity()),
  });
  world.origin = "http://localhost";
  const [maria, tomas, guest] = ["maria", "tomas-k", "guest"].map((login) => world.createUser(login)) as [
    User,
    User,
    User,
  ];
  const repository = await world.createRepository({
    owner: maria,
    name: "durations",
    description: "Reads and writes durations such as 2h45m.",
  });
  world.addCollaborator(person(maria), repository, tomas, "write");
  world.createLabel(person(maria), repository, {
    name: "loop",
    color: "5319e7",
    description: "Let Loopgate work on this",
  });
  const bot = world.createApp({
    slug: "loopgate",
    name: "Loopgate",
    owner: maria,
    publicKey: "",
    permissions: { checks: "write" },
    events: [],
  });
  const place: Place = {
    world,
    app: pages(world),
    repository,
    maria,
    tomas,
    guest,
    bot,
    wait: (ms) => {
      now += ms;
    },
    close: () => rm(dataDir, { recursive: true, force: true }),
  };
  const sha = await commit(place, maria, [], "Read hours", firstFiles);
  await world.createRef(person(maria), repository, "refs/heads/main", sha);
  return place;
}

/** Writes a commit with exactly these files into the repository; no ref moves. */
export async function commit(
  place: Place,
  by: User,
  parents: readonly string[],
  message: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const { gitDir } = place.repository;
  const env = {
    GIT_INDEX_FILE: join(place.world.dataDir, `index-${message.length}-${Date.now()}-${parents[0] ?? "root"}`),
  };
  for (const [path, text] of Object.entries(files)) {
    const blob = (await git(gitDir, ["hash-object", "-w", "--stdin"], { input: text })).trim();
    await git(gitDir, ["update-index", "--add", "--cacheinfo", `100644,${blob},${path}`], { env });
  }
  const tree = (await git(gitDir, ["write-tree"], { env })).trim();
  return writeCommit(gitDir, { tree, parents, message, author: signatureOf(by, place.world.now()) });
}

export interface Thread {
  readonly issue: Issue;
  readonly pull: Pull;
  readonly heads: readonly [red: string, green: string];
}

/** Tells the whole loop up to the gate: label, red attempt, green attempt, ready, review asked for. */
export async function aThread(place: Place): Promise<Thread> {
  const { world, repository, maria, bot, wait } = place;
  const app = world.actorOf(bot);
  const issue = world.openIssue(person(maria), repository, {
    title: "Minutes are dropped when a duration has hours",
    body: report,
  });
  wait(2 * minute);
  world.addLabels(person(maria), issue, ["loop", "bug"]);
  wait(3_000);
  world.addReaction(app, issue, "eyes");
  const status = world.createComment(app, issue, statusAtStart);
  wait(4 * minute);
  const [base] = (await git(repository.gitDir, ["rev-parse", "refs/heads/main"])).trim().split("\n") as [string];
  const red = await commit(place, bot.bot, [base], "Read minutes after hours\n\nLoop 1, attempt 1.", {
    ...firstFiles,
    ...redFiles,
  });
  await world.createRef(app, repository, "refs/heads/loop/1-k3f9", red);
  const pull = await world.createPull(app, repository, {
    title: "Read minutes after hours",
    body: "Closes #1.\n\nOpened by a loop; the thread is in #1.",
    head: "loop/1-k3f9",
    base: "main",
    draft: true,
  });
  wait(minute);
  await judge(place, red, "failure");
  wait(20_000);
  world.createComment(app, issue, firstAttempt);
  wait(5 * minute);
  const green = await commit(place, bot.bot, [red], "Add minutes to the sum\n\nLoop 1, attempt 2.", {
    ...firstFiles,
    ...greenFiles,
  });
  await world.updateRef(app, repository, "refs/heads/loop/1-k3f9", green);
  wait(minute);
  await judge(place, green, "success");
  wait(10_000);
  world.createComment(app, issue, secondAttempt);
  world.markReady(app, pull);
  world.requestReviewers(app, pull, [place.tomas.login]);
  world.editComment(app, status, statusAtGate(green));
  wait(30_000);
  return { issue, pull, heads: [red, green] };
}

async function judge(place: Place, sha: string, conclusion: "success" | "failure"): Promise<void> {
  const { world, repository, bot, wait } = place;
  const app = world.actorOf(bot);
  const ci = await world.createCheckRun(app, repository, { name: "ci / test", headSha: sha, status: "in_progress" });
  wait(41_000);
  const isRed = conclusion === "failure";
  const annotation = {
    path: "src/duration.js",
    startLine: 4,
    endLine: 4,
    level: "failure" as const,
    message: "Expected 165, got 45: the hours are overwritten.",
    title: 'parse("2h45m")',
    rawDetails: null,
  };
  world.updateCheckRun(app, ci, {
    conclusion,
    output: {
      title: isRed ? "1 of 6 tests failed" : "6 tests passed",
      summary: isRed ? '`parse("2h45m")` gave **45**, expected **165**.' : "Everything passed.",
      text: `\`\`\`\n${isRed ? redLog : greenLog}\n\`\`\``,
      annotations: isRed ? [annotation] : [],
    },
  });
  const review = await world.createCheckRun(app, repository, {
    name: "loop / review",
    headSha: sha,
    status: "in_progress",
  });
  wait(22_000);
  world.updateCheckRun(app, review, {
    conclusion,
    output: {
      title: isRed ? "One finding" : "No finding",
      summary: isRed ? "The sum is replaced, not added to." : "The change does what the issue asks.",
      text: null,
      annotations: [],
    },
  });
}

const firstFiles = {
  "README.md":
    '# durations\n\nReads and writes durations.\n\n```js\nparse("2h"); // 120\n```\n\nSee [the source](src/duration.js).\n',
  "src/duration.js":
    "export function parse(text) {\n  const hours = /(\\d+)h/.exec(text);\n  return hours ? Number(hours[1]) * 60 : 0;\n}\n",
  "test/duration.test.js": 'import { parse } from "../src/duration.js";\n',
};

const redFiles = {
  "src/duration.js":
    "export function parse(text) {\n  const hours = /(\\d+)h/.exec(text);\n  let minutes = hours ? Number(hours[1]) * 60 : 0;\n  minutes = Number(/(\\d+)m/.exec(text)?.[1] ?? 0);\n  return minutes;\n}\n",
};

const greenFiles = {
  "src/duration.js":
    "export function parse(text) {\n  const hours = Number(/(\\d+)h/.exec(text)?.[1] ?? 0);\n  const minutes = Number(/(\\d+)m/.exec(text)?.[1] ?? 0);\n  return hours * 60 + minutes;\n}\n",
  "test/duration.test.js":
    'import { test } from "node:test";\nimport assert from "node:assert";\nimport { parse } from "../src/duration.js";\n\ntest("hours and minutes add up", () => assert.equal(parse("2h45m"), 165));\n',
};

const redLog =
  "✔ parses hours\n✖ hours and minutes add up\n  AssertionError: 45 !== 165\n      at test/duration.test.js:5:49";
const greenLog = "✔ parses hours\n✔ hours and minutes add up\n6 passed";

const report =
  '`parse("2h45m")` returns 120, so the minutes are lost.\n\n**Expected:** 165\n\n- [x] fails on `main`\n- [ ] covered by a test\n\n@tomas-k has seen this too.';

const statusAtStart =
  "### Loop 1 is running\n\nAttempt 1 of 3 has started.\n\n<!-- loopgate:record v1 c2VjcmV0LXJlY29yZA== -->";

const statusAtGate = (sha: string) => `### Waiting for a person: approve #2

Attempt 2 is green on \`${sha.slice(0, 7)}\`. **Next:** @tomas-k, review #2. Approving it there finishes this loop.

| attempt | verdict | tests | review | changed | took |
|--:|---|---|---|--:|--:|
| 1 | ❌ red | 1 of 6 failed | one finding | +3 −1 | 4m 2s |
| 2 | ✅ green | 6 passed | no finding | +7 −3 | 5m 11s |

<details><summary>What the agent was told</summary>

The issue as it stood when @maria set the label, 212 bytes, and from attempt 1: *the hours are overwritten*.

\`\`\`diff
-  minutes = Number(/(\\d+)m/.exec(text)?.[1] ?? 0);
+  return hours * 60 + minutes;
\`\`\`
</details>

> [!NOTE]
> To stop this loop, remove the label \`loop\` or comment \`/loop stop\`.

<!-- loopgate:record v1 c2VjcmV0LXJlY29yZA== -->`;

const firstAttempt = `#### Attempt 1: red

| check | result |
|---|---|
| \`ci / test\` | ❌ 1 of 6 tests failed |
| \`loop / review\` | ❌ one finding |

What failed, and what attempt 2 was told:

1. \`parse("2h45m")\` gave 45, expected 165: the hours are overwritten.`;

const secondAttempt =
  "#### Attempt 2: green\n\n| check | result |\n|---|---|\n| `ci / test` | ✅ 6 tests passed |\n| `loop / review` | ✅ no finding |\n\nTwo files changed, one test added.";
