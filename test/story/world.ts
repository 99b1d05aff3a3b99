// The world of a story: the forge with its people, the real App on the plain-process runtime, and a clock moved by hand.
import { execFile } from "node:child_process";
import { existsSync, statfsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished } from "vitest";
import { processRuntime } from "../../src/container/process/process.ts";
import type { Runtime } from "../../src/container/run.ts";
import type { Clock, Log } from "../../src/engine/ports.ts";
import { type Forge, startForge } from "../../src/forge/forge.ts";
import type { Issue, MergeMethod, Pull, Repository } from "../../src/forge/model.ts";
import type { RepositoryRequest } from "../../src/forge/repository.ts";
import type { ProtocolName } from "../../src/gateway/registry/server.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { type Bounds, generousBounds } from "../../src/policy/clamp.ts";
import type { Settings } from "../../src/settings.ts";
import { type RunningApp, startApp } from "../../src/wire.ts";
import { sharedServer } from "../store/server.ts";
import { until } from "../until.ts";
import { type HandClock, handClock } from "./clock.ts";

/** Adds up wrongly until an agent mends it; the forge's CI runs `sh test.sh` on every push. */
export const brokenShop = {
  "total.sh": "#!/bin/sh\n# Prints the sum of its arguments.\necho 0\n",
  "test.sh": '#!/bin/sh\n[ "$(sh total.sh 2 3)" = 5 ] || { echo "expected 5, got $(sh total.sh 2 3)"; exit 1; }\n',
  "README.md": "# shop\n",
};

/** The mended line, as agents of stories write it. */
export const mend = `printf '#!/bin/sh\\n# Prints the sum of its arguments.\\necho $(($1 + $2))\\n' > total.sh`;

/** A change that leaves the test red, failing in other words for each of them. */
export function botch(word: string): string {
  return `printf '#!/bin/sh\\n# Prints a word.\\necho ${word}\\n' > total.sh`;
}

/** An executor that does something else in each attempt; beyond the last it does the last again. */
export function attempts(...commands: readonly string[]): string {
  const cases = commands.map((command, index) => `${index + 1}) ${command} ;;`);
  const last = commands.at(-1) ?? ":";
  return `case "$LOOP_ATTEMPT" in ${cases.join(" ")} *) ${last} ;; esac`;
}

/** Writes result.json with these fields. */
export function answer(fields: Readonly<Record<string, unknown>>): string {
  return `printf '%s' '${JSON.stringify(fields).replaceAll("'", "'\\''")}' > "$LOOP_DIR/out/result.json"`;
}

/** A reviewer that approves whatever it is shown. */
export const approving = answer({
  verdict: "approve",
  summary: "It does what the issue asks.",
  confidence: 0.9,
  findings: [],
});

export interface StoryOptions {
  readonly executor?: string;
  readonly reviewer?: string;
  /** `.github/loop.yml` of the repository; none by default. */
  readonly policy?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** `{ actions: … }` for CI as GitHub Actions has it; by default the simple CI runs `sh test.sh`. */
  readonly ci?: RepositoryRequest["ci"];
  /** What the repository allows; by default drafts, and merges by a merge commit or squashed. */
  readonly drafts?: boolean;
  readonly mergeMethods?: readonly MergeMethod[];
  readonly concurrentRuns?: number;
  /** To how many repositories at once the App introduces itself; absent: to none. */
  readonly introductions?: number;
  /** What differs of the operator's bounds. */
  readonly bounds?: Partial<Bounds>;
  readonly models?: Settings["models"];
  readonly prices?: Settings["prices"];
  /** Stands between each life of the App and its runtime, or takes its place; the folder is the story's. */
  readonly runtime?: (real: Runtime, dir: string) => Runtime;
  /** How long what runs were made of is kept; by default for ever. */
  readonly recordsMs?: number;
  /** How much of it may be kept; by default anything. */
  readonly keepBytes?: number;
  /** Address of an npm registry that runs may read packages from; by default there is none. */
  readonly registry?: string;
  /** Registries of other protocols, by their addresses. */
  readonly registries?: Readonly<Partial<Record<ProtocolName, string>>>;
  /** Whether the operator lets images be built from the repository; by default not. */
  readonly dockerfiles?: true;
  /** Image of executor and reviewer; by default none is named. */
  readonly image?: string;
  /** Whether the App serves figures to its operator; by default it does not. */
  readonly figures?: boolean;
  /** Where the week's message goes; by default nowhere. */
  readonly weeklyUrl?: string;
  /** How the App hears of GitHub; by default webhooks arrive, or, where LOOPGATE_TEST_INTAKE is poll, their log is read. */
  readonly intake?: "webhook" | "poll";
  /** Where the store is; by default in a file, and in PostgreSQL where LOOPGATE_TEST_STORE names it. */
  readonly store?: "postgres";
}

export interface Story {
  readonly forge: Forge;
  readonly clock: HandClock;
  readonly repository: Repository;
  readonly requests: { kind: string; route: string }[];
  readonly log: { level: string; text: string; fields: Record<string, unknown> }[];
  app(): RunningApp;
  /** Where the App keeps its store. */
  dataDir(): string;
  /** The address of its store in PostgreSQL. */
  storeAddress(): string;
  /** Opens an issue as alice. */
  openIssue(title?: string, body?: string): Issue;
  /** Opens an issue and labels it as alice, and lets the loop go as far as it does by itself. */
  startLoop(title?: string, body?: string): Promise<Issue>;
  /** Sets the label once more, a moment after whatever was last done: GitHub tells to the second when a label was set. */
  labelAgain(issue: Issue): Promise<void>;
  /** Resolves when neither forge nor App has anything left to do. */
  settle(): Promise<void>;
  advance(ms: number): Promise<void>;
  state(issue: Issue): Promise<LoopState>;
  /** Undefined while there is no loop on the issue. */
  phase(issue: Issue): Promise<LoopState["phase"] | undefined>;
  /** Resolves as soon as the issue's loop is in this phase. */
  reaches(issue: Issue, phase: LoopState["phase"]): Promise<void>;
  pull(issue: Issue): Promise<Pull>;
  /** A file of a repository as it is at a commit. */
  file(sha: string, path: string): Promise<string>;
  /** The App's own comments, oldest first, with what differs from run to run replaced. */
  comments(issue: Issue): string[];
  /**
   * Stops the App as a signal would, and starts it again on the same data; without its store, which with `alone` is all that is lost, or
   * with a store that `moveTo` has brought from the data folder to a database whose address it tells.
   */
  restart(options?: {
    readonly loseStore?: boolean | "alone";
    /** What happens at GitHub meanwhile. */
    readonly meanwhile?: () => unknown;
    readonly moveTo?: (dataDir: string) => Promise<string>;
  }): Promise<void>;
}

export const minute = 60_000;
export const webhookSecret = "a secret of the stories";

/**
 * The forge's clock, ten times as fast as the machine's: a loop of a story lives a second where a real one takes minutes, and
 * GitHub tells to the second when a label was set.
 */
function quickClock(): () => number {
  const began = Date.now();
  return () => began + 10 * (Date.now() - began);
}

/** What Node warns of from here on where listeners pile up; to be asked once, at the end. */
function hearLeaks(): () => readonly string[] {
  const leaks: string[] = [];
  const hear = ({ name, message }: Error) => {
    if (name === "MaxListenersExceededWarning") leaks.push(message);
  };
  process.on("warning", hear);
  return () => {
    process.off("warning", hear);
    return leaks;
  };
}

/** Starts forge and App; both end with the test. */
export async function aStory(options: StoryOptions = {}): Promise<Story> {
  const dir = await mkdtemp(join(inMemory() ?? tmpdir(), "story-"));
  await Promise.all([mkdir(join(dir, "scratch")), mkdir(join(dir, "app"))]);
  const clock = handClock();
  const forge = await startForge({ dataDir: join(dir, "forge"), clock: quickClock(), ci: { command: "sh test.sh" } });
  forge.createUser("alice");
  const repository = await forge.createRepository({
    owner: "acme",
    name: "shop",
    files: { ...(options.files ?? brokenShop), ...(options.policy ? { ".github/loop.yml": options.policy } : {}) },
    collaborators: { alice: "maintain", bob: "write", carol: "triage", dave: "write" },
    ...(options.ci ? { ci: options.ci } : {}),
    ...(options.drafts === undefined ? {} : { drafts: options.drafts }),
    ...(options.mergeMethods ? { mergeMethods: options.mergeMethods } : {}),
  });
  const database = await aDatabase(options);
  let address = database?.address ?? null;
  const requests: Story["requests"] = [];
  const lines: Story["log"] = [];
  const log = collectingLog(lines);
  let life = 0;
  /** What a life of the App had still planned when it ended never happens. */
  const clockOf = (own: number): Clock => ({
    now: clock.now,
    at: (at, fire) => clock.at(at, () => own === life && fire()),
  });
  const start = async () => {
    life += 1;
    const app = await startApp({
      settings: { ...settingsFor(forge, dir, options), ...(address === null ? {} : { store: address }) },
      log,
      runtime: (options.runtime ?? ((real) => real))(processRuntime({ scratchDir: join(dir, "scratch") }), dir),
      image: (reference) => (options.image ? { kind: "named", reference } : { kind: "toolchain" }),
      clock: clockOf(life),
      onRequest: (kind, route) => requests.push({ kind, route }),
    });
    // Where their log is read, webhooks go where nobody is.
    const url = app.polling === null ? app.webhookUrl : "http://127.0.0.1:9/";
    forge.setWebhook({ url, secret: webhookSecret });
    return app;
  };
  const leaks = hearLeaks();
  let app = await start();
  onTestFinished(async () => {
    await app.close();
    await forge.close();
    await removeAll(dir);
    expect(leaks(), "listeners that nobody takes away").toEqual([]);
    const misread = lines.filter(({ fields }) => /malformed/.test(String(fields.reason)));
    expect(misread, "deliveries that could not be read").toEqual([]);
  });

  const settle = async () => {
    let heard: number;
    do {
      await forge.idle();
      heard = forge.deliveries.length;
      await app.polling?.look();
      await app.engine.idle();
    } while (forge.pending() || app.engine.busy || (app.polling !== null && heard !== forge.deliveries.length));
  };
  const load = (issue: Issue) => app.store.load(`${repository.id}#${issue.number}`);
  const story: Story = {
    forge,
    clock,
    repository,
    requests,
    log: lines,
    app: () => app,
    dataDir: () => join(dir, "app"),
    storeAddress() {
      if (address === null) throw new Error("the store of this story is a file");
      return address;
    },
    openIssue: (title = "Totals are wrong", body = "`total.sh 2 3` prints 0 and should print 5.") =>
      forge.as("alice").openIssue(repository, { title, body }),
    async startLoop(title, body) {
      const issue = story.openIssue(title, body);
      forge.as("alice").label(issue, "loop");
      await settle();
      return issue;
    },
    async labelAgain(issue) {
      const another = forge.world.now() + 2_000;
      await until(async () => forge.world.now() >= another);
      forge.as("alice").label(issue, "loop");
    },
    settle,
    async advance(ms) {
      clock.advance(ms);
      await settle();
    },
    phase: async (issue) => (await load(issue))?.phase,
    reaches: (issue, phase) => until(async () => (await story.phase(issue)) === phase),
    async state(issue) {
      const state = await load(issue);
      if (state === null) throw new Error(`no loop on issue ${issue.number}`);
      return state;
    },
    async pull(issue) {
      const { pull } = await story.state(issue);
      const found = repository.issues.get(pull?.number ?? 0)?.pull;
      if (!found) throw new Error(`no pull request for issue ${issue.number}`);
      return found;
    },
    async file(sha, path) {
      const read = await promisify(execFile)("git", ["-C", repository.gitDir, "show", `${sha}:${path}`]);
      return read.stdout;
    },
    comments: (issue) => {
      const clean = cleaner(forge.url);
      return issue.comments.filter((comment) => comment.user.login === "loopgate[bot]").map(({ body }) => clean(body));
    },
    async restart({ loseStore = false, moveTo, meanwhile } = {}) {
      await app.close();
      await meanwhile?.();
      if (meanwhile !== undefined) await forge.idle();
      if (moveTo !== undefined) address = await moveTo(join(dir, "app"));
      if (loseStore) await database?.empty();
      if (loseStore === "alone") for (const name of storeFiles) await removeAll(join(dir, "app", name));
      else if (loseStore) await removeAll(join(dir, "app"));
      app = await start();
      await settle();
    },
  };
  return story;
}

/** A database of the story's own, on a server that all stories of a file share; null where the store is a file. */
async function aDatabase({ store }: StoryOptions) {
  if ((store ?? process.env.LOOPGATE_TEST_STORE) !== "postgres") return null;
  const server = await sharedServer();
  const address = await server.database();
  return { address, empty: () => server.ask(address, "drop schema loopgate cascade") };
}

const storeFiles = ["loopgate.sqlite", "loopgate.sqlite-wal", "loopgate.sqlite-shm"];

/**
 * Linux's folder in memory, where it has room and nobody has said where temporary files belong: what stories are about is no disk,
 * and a third of their time went into waiting for one.
 */
function inMemory(): string | null {
  if (process.env.TMPDIR !== undefined || !existsSync(memory)) return null;
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > 4 * 1024 ** 3 ? memory : null;
}

const memory = "/dev/shm";

/** A run that outlives its App may still write there: what is new by the time its folder goes is removed as well. */
function removeAll(dir: string): Promise<void> {
  return rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

/** What records are sealed with in stories. */
export const sealSecret = "a seal secret of the stories, long enough";

function settingsFor(forge: Forge, dir: string, options: StoryOptions): Settings {
  const named = Object.entries({ ...(options.registry ? { npm: options.registry } : {}), ...options.registries });
  return {
    app: { id: forge.app.id, slug: forge.app.slug, privateKey: forge.app.privateKey },
    webhookSecrets: [webhookSecret],
    sealSecret,
    github: { apiUrl: forge.url, gitUrl: forge.url, throttle: false },
    dataDir: join(dir, "app"),
    intake: options.intake ?? (process.env.LOOPGATE_TEST_INTAKE === "poll" ? "poll" : "webhook"),
    listen: { host: "127.0.0.1", port: 0 },
    label: "loop",
    concurrentRuns: options.concurrentRuns ?? 4,
    reconcileMs: 10 * minute,
    introductions: options.introductions ?? 0,
    relayImage: null,
    logLevel: "info",
    ...(options.figures
      ? {
          operatorDoor: { host: "127.0.0.1", port: 0 },
          client: { id: forge.app.clientId, secret: forge.app.clientSecret },
        }
      : {}),
    ...(options.recordsMs ? { recordsMs: options.recordsMs } : {}),
    ...(options.keepBytes ? { keepBytes: options.keepBytes } : {}),
    ...(options.weeklyUrl ? { weekly: { url: options.weeklyUrl, timeZone: "UTC" } } : {}),
    ...(options.models ? { models: options.models } : {}),
    ...(options.prices ? { prices: options.prices } : {}),
    ...(named.length > 0
      ? { registries: Object.fromEntries(named.map(([name, url]) => [name, { url, token: null }])) }
      : {}),
    operator: {
      bounds: {
        ...generousBounds,
        ...options.bounds,
        ...(named.length > 0 ? { registries: named.map(([name]) => name) } : {}),
        ...(options.dockerfiles === true ? { dockerfiles: true } : {}),
      },
      defaults: {
        agent: { command: options.executor ?? mend, image: options.image ?? "toolchain" },
        reviewer: { command: options.reviewer ?? approving, image: options.image ?? "toolchain" },
      },
    },
  };
}

function collectingLog(lines: Story["log"]): Log {
  const at = (level: string) => (fields: Readonly<Record<string, unknown>>, text: string) => {
    lines.push({ level, text, fields });
    if (process.env.STORY_LOG) console.error(level, text, JSON.stringify(fields, plainErrors));
  };
  return { info: at("info"), warn: at("warn"), error: at("error") };
}

function plainErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? `${value.message} ${value.stack} ${String(value.cause ?? "")}` : value;
}

/** Replaces what differs from run to run: commits in the order they are first said, loop ids, hashes, addresses. */
function cleaner(url: string): (text: string) => string {
  const names = new Map<string, string>();
  const named = (kind: string) => (value: string) => {
    const key = kind === "commit" ? `commit ${value.slice(0, 7)}` : value;
    const known = names.get(key);
    if (known !== undefined) return known;
    const count = [...names.values()].filter((name) => name.startsWith(`«${kind}`)).length + 1;
    const name = `«${kind} ${count}»`;
    names.set(key, name);
    return name;
  };
  return (text) =>
    text
      .replaceAll(url, "«forge»")
      .replace(/\n*<!-- loopgate:(?:status|attempt|stop|reply|facts)[^>]*-->/g, "")
      .replace(/\n*<!-- loopgate:record [\s\S]*?-->/g, "\n\n«record»")
      .replace(/\bloop\/(\d+)-[2-9a-hjkmnp-z]{6}\b/g, "loop/$1-«loop»")
      .replace(/\/runs\/\d+/g, "/runs/«run»")
      .replace(/(brief|log) `[0-9a-f]{12}`/g, "$1 `«sha256»`")
      .replace(/\b[0-9a-f]{64}\b/g, named("sha256"))
      .replace(/\b[0-9a-f]{40}\b/g, named("commit"))
      .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{7}\b|(?<=`)[a-f]{7}(?=`)/g, named("commit")) // one of letters alone, too, where it is no word
      .trim();
}
