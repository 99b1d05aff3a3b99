// One run from order to report: quarantine, workspace, gateway and container are made in that order and go in the other.
import { existsSync, readdirSync } from "node:fs";
import { access, chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assert } from "../base/assert.ts";
import { Fault } from "../base/fault.ts";
import type { Isolation, LoopState, Rules } from "../loop/state.ts";
import { type Door, type DoorParts, openDoor } from "./door.ts";
import { listenTo } from "./heard.ts";
import type {
  Clock,
  ContainerFacts,
  GitHubPort,
  ImageChoice,
  PushedChange,
  Quarantine,
  Running,
  RunOrder,
  RunOutcome,
  RunReport,
  RunRequest,
  RunsPort,
  Runtime,
  StartedRun,
} from "./ports.ts";
import { readResult } from "./result.ts";
import { type Quiet, watchSilence } from "./silence.ts";
import { readSpent } from "./spending.ts";

export interface SandboxParts extends DoorParts {
  readonly dataDir: string;
  readonly runtime: Runtime;
  readonly github: Pick<GitHubPort, "gitAccess">;
  readonly clock: Clock;
  /** Of the store's opening; what an earlier process started carries a smaller one. */
  readonly epoch: number;
  /** Turns the policy's image reference into what the runtime starts. */
  readonly image: (reference: string) => ImageChoice;
  readonly limits: RunRequest["limits"];
}

/** Makes runs out of a runtime and the git gateway. */
export function createSandbox(parts: SandboxParts): RunsPort {
  const running = new Map<string, Running>();
  const ordered = new Set<string>(); // of this process: never swept, whatever a sweep that began earlier was told
  const halfMade = halfMadeQuarantines(parts);
  const attend = (order: Watched, begun: Begun) => report(parts, running, order, begun);

  return {
    async start(order) {
      ordered.add(order.id);
      const begun = await begin(parts, order);
      running.set(order.id, begun.running);
      return { ...startedOf(begun.running), startedAt: parts.clock.now(), done: attend(order, begun) };
    },
    async adopt(loop, run) {
      const found = await parts.runtime.find(run);
      const kept = found === null ? null : await readKept(parts, run);
      if (found !== null && kept === null) await found.stop("its lease is gone, so nothing it does can be received");
      if (found === null || kept === null) return null;
      const quarantine = await quarantineOf(parts, loop, run);
      const order = { id: run, loop, role: kept.role, startFrom: kept.startFrom };
      const gateway = await openDoorFor(parts, order, kept.token, quarantine);
      running.set(run, found);
      return {
        ...startedOf(found),
        startedAt: parts.clock.now(),
        done: attend(order, {
          running: found,
          quarantine,
          gateway,
          quiet: await readQuiet(parts, run),
          tools: () => [],
        }),
      };
    },
    spentBy: (run) => readSpent(rooms(parts).spending(run)),
    async stop(run, why) {
      await running.get(run)?.stop(why);
    },
    async readChange(loop, run, head) {
      const quarantine = await quarantineOf(parts, loop, run);
      await fetchLoopBranch(parts, loop, quarantine);
      return readChange(parts, quarantine, quarantine.base.sha, head, null);
    },
    async publish(loop, run, head, expected) {
      const quarantine = await quarantineOf(parts, loop, run);
      return withAccess(parts, loop, "write", ({ url, token }) =>
        parts.git.publish({ gitDir: quarantine.gitDir, head, url, token, branch: branchOf(loop), expected }),
      );
    },
    async release(loop) {
      const ids = loop.attempts.flatMap((attempt) => attempt.runs).map((run) => run.id);
      for (const id of ids) {
        await running.get(id)?.stop("its loop is over");
        await removeFiles(parts, id);
        await parts.git.removeQuarantine(rooms(parts).quarantines, id);
      }
    },
    async sweep(liveLoops, runningRuns) {
      for (const folder of halfMade.splice(0)) await rm(folder, { recursive: true, force: true });
      const isWanted = (run: string) => runningRuns === undefined || runningRuns.includes(run);
      return parts.runtime.sweep(
        (label) => ordered.has(label.id) || (liveLoops.includes(label.loop) && isWanted(label.id)),
      );
    },
  };
}

type Watched = Pick<RunOrder, "id" | "loop" | "role" | "startFrom">;

interface Begun {
  readonly running: Running;
  readonly quarantine: Quarantine;
  readonly gateway: Door;
  /** How long an earlier process had heard nothing of it. */
  readonly quiet: Quiet | null;
  /** What the agent says it called. */
  readonly tools: () => readonly string[];
}

function rooms({ dataDir }: SandboxParts) {
  return {
    objects: join(dataDir, "objects"),
    quarantines: join(dataDir, "quarantine"),
    runs: join(dataDir, "runs"),
    run: (id: string) => join(dataDir, "runs", id),
    quiet: (id: string) => join(dataDir, "runs", id, "quiet.json"),
    spending: (id: string) => join(dataDir, "runs", id, "spent.json"),
    socket: (id: string) => join(dataDir, "sockets", id),
  };
}

async function begin(parts: SandboxParts, order: RunOrder): Promise<Begun> {
  const { loop } = order;
  const quarantine = await quarantineOf(parts, loop, order.id);
  if (loop.head !== null) await fetchLoopBranch(parts, loop, quarantine);
  const known = await readKept(parts, order.id);
  const token = known?.token ?? parts.git.newLeaseToken();
  const request = requestOf(parts, order, quarantine, token);
  if (known === null) {
    await makeFolders(parts, order.id);
    // The relay gets ready while the workspace is filled; what goes wrong there, `start` meets again and says.
    const ahead = parts.runtime.prepare(request).catch(() => {});
    await prepareFiles(parts, order, quarantine, token);
    await ahead;
  }
  const gateway = await openDoorFor(parts, order, token, quarantine);
  try {
    assert(gateway.socketPath === request.gatewaySocket, "the gateway listens where the relay was told");
    const { agent, command } = roleOf(order);
    const hearing = listenTo(parts.agents.agentOf(agent, command).events());
    const running = await parts.runtime.start(request, hearing.hear);
    return { running, quarantine, gateway, quiet: await readQuiet(parts, order.id), tools: hearing.tools };
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

async function quarantineOf(parts: SandboxParts, loop: LoopState, run: string): Promise<Quarantine> {
  const { base, issue } = loop;
  assert(base !== null, `loop ${loop.id} has no base`);
  const { git } = parts;
  const { objects, quarantines } = rooms(parts);
  const found = await git.findQuarantine(quarantines, run);
  if (found !== null) return found;
  const store = await withAccess(parts, loop, "read", ({ url, token }) =>
    git.fetchBase({ storeRoot: objects, repositoryId: issue.repositoryId, url, token, ...base }),
  );
  const { objectsDir } = store;
  return git.openQuarantine({ root: quarantines, runId: run, objectsDir, base, branch: branchOf(loop) });
}

async function fetchLoopBranch(parts: SandboxParts, loop: LoopState, quarantine: Quarantine): Promise<void> {
  if (loop.head === null) return;
  await withAccess(parts, loop, "read", ({ url, token }) => parts.git.fetchBranch(quarantine, { url, token }));
}

async function withAccess<T>(
  parts: SandboxParts,
  loop: LoopState,
  may: "read" | "write",
  work: (access: { url: string; token: string }) => Promise<T>,
): Promise<T> {
  const granted = await parts.github.gitAccess(loop.issue, may);
  try {
    return await work(granted);
  } finally {
    await granted
      .revoke()
      .catch((error) => parts.log.warn({ loop: loop.id, err: error }, "a token could not be revoked"));
  }
}

interface Kept {
  readonly token: string;
  readonly startFrom: string;
  readonly role: RunOrder["role"];
}

/** Workspace, brief and answer folder; the lease is written last, so that it stands for all of them. */
async function prepareFiles(
  parts: SandboxParts,
  order: RunOrder,
  quarantine: Quarantine,
  token: string,
): Promise<void> {
  const dir = rooms(parts).run(order.id);
  const { git, identity, owner } = parts;
  const shared = { dir: join(dir, "workspace"), quarantine, identity, owner };
  const made =
    order.role === "executor"
      ? await git.makeWorkspace(shared)
      : await git.makeReviewWorkspace({ ...shared, head: order.startFrom });
  await writeFile(join(dir, "loop", "brief.md"), order.brief);
  const startFrom = order.role === "executor" ? made.commit : order.startFrom;
  const kept: Kept = { token, startFrom, role: order.role };
  await writeFile(join(dir, "lease.json"), JSON.stringify(kept), { mode: 0o600 });
  await chmod(join(dir, "lease.json"), 0o600);
}

/** Everything that a container of this run is given, still empty: it can be created before any of it is filled. */
async function makeFolders(parts: SandboxParts, run: string): Promise<void> {
  const dir = rooms(parts).run(run);
  await rm(dir, { recursive: true, force: true });
  await mkdir(join(dir, "loop", "out"), { recursive: true });
  await mkdir(join(dir, "workspace"));
  await writeFile(join(dir, "loop", "brief.md"), "", { mode: 0o644 });
  await mkdir(rooms(parts).socket(run), { recursive: true, mode: 0o700 });
}

async function readKept(parts: SandboxParts, run: string): Promise<Kept | null> {
  const text = await readFile(join(rooms(parts).run(run), "lease.json"), "utf8").catch(() => null);
  return text === null ? null : (JSON.parse(text) as Kept);
}

/** A count that is absent or unreadable begins anew; the deadline holds all the same. */
async function readQuiet(parts: SandboxParts, run: string): Promise<Quiet | null> {
  const text = await readFile(rooms(parts).quiet(run), "utf8").catch(() => "");
  try {
    return JSON.parse(text) as Quiet;
  } catch {
    return null;
  }
}

/** Whole or not at all: a count that was half written when the App was killed would begin anew. */
async function keepQuiet(file: string, count: Quiet): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(count), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

function watchRun(parts: SandboxParts, order: Watched, { running, gateway, quiet }: Begun): () => Promise<void> {
  const file = rooms(parts).quiet(order.id);
  return watchSilence({
    clock: parts.clock,
    limitMs: rulesOf(order.loop).silenceMs,
    quiet,
    signs: () => {
      const { turns, open } = gateway.traffic();
      return { heard: running.outputBytes() + turns, isBusy: open > 0 };
    },
    keep: (count) =>
      keepQuiet(file, count).catch((error) =>
        parts.log.warn({ run: order.id, err: error }, "a run's silence could not be kept"),
      ),
    onSilent: (note) => running.endSilent(note),
  });
}

function openDoorFor(parts: SandboxParts, order: Watched, token: string, quarantine: Quarantine): Promise<Door> {
  return openDoor(parts, {
    run: order.id,
    loop: order.loop,
    token,
    mayPush: order.role === "executor",
    quarantine,
    socketDir: rooms(parts).socket(order.id),
    spendingFile: rooms(parts).spending(order.id),
  });
}

function requestOf(parts: SandboxParts, order: RunOrder, quarantine: Quarantine, token: string): RunRequest {
  const dir = rooms(parts).run(order.id);
  const role = roleOf(order);
  const agent = preparedFor(parts, order, token);
  const { name, email } = parts.identity;
  return {
    id: order.id,
    loop: order.loop.id,
    attempt: order.attempt,
    role: order.role,
    epoch: parts.epoch,
    image: parts.image(role.image),
    command: parts.agents.startLine(agent),
    workspaceDir: join(dir, "workspace"),
    objectsDir: quarantine.objectsDir,
    loopDir: join(dir, "loop"),
    gatewaySocket: join(rooms(parts).socket(order.id), "gateway.sock"),
    env: {
      ...agent.env,
      ...(rulesOf(order.loop).hosts.length === 0 ? {} : { HTTPS_PROXY: `http://lease:${token}@127.0.0.1:{port}` }),
      LOOP_BRANCH: branchOf(order.loop),
      LOOP_TASK: `${order.loop.issue.owner}/${order.loop.issue.name}#${order.loop.issue.number}`,
      LOOP_DEADLINE: new Date(parts.clock.now() + order.deadlineMs).toISOString(),
      LOOP_GIT_URL: `http://lease:${token}@127.0.0.1:{port}/repo.git`,
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
    },
    limits: { ...parts.limits, deadlineMs: order.deadlineMs },
  };
}

/** The agent of the run's role: its command, configuration and the model's addresses, all by the lease. */
function preparedFor(parts: SandboxParts, order: RunOrder, lease: string) {
  const { agent, command, model } = roleOf(order);
  const task = { promptPath: "/loop/brief.md", model, gatewayUrl: "http://127.0.0.1:{port}", lease };
  return parts.agents.agentOf(agent, command).prepare(task);
}

function roleOf({ role, loop }: Pick<RunOrder, "role" | "loop">): Rules["executor"] {
  const rules = rulesOf(loop);
  const chosen = role === "executor" ? rules.executor : rules.reviewer;
  assert(chosen !== null, "a reviewer runs only where the policy has one");
  return chosen;
}

function startedOf(running: Running): Pick<StartedRun, "isolation"> {
  return { isolation: isolationOf(running.facts) };
}

function isolationOf(facts: ContainerFacts): Isolation {
  return {
    runtime: facts.runtime,
    network: facts.network,
    capabilities: [...facts.capabilitiesAdded],
    readOnlyRoot: facts.readonlyRoot,
    user: facts.user,
  };
}

/** Waits for the end, closes the door, then reads what came out. Never rejects. */
async function report(
  parts: SandboxParts,
  running: Map<string, Running>,
  order: Watched,
  begun: Begun,
): Promise<RunReport> {
  const endWatch = watchRun(parts, order, begun);
  const outcome = await begun.running.done;
  await endWatch();
  try {
    const [outOfBudget, modelDown] = [begun.gateway.outOfBudget(), begun.gateway.modelDown()];
    const heard = { ...(await begun.gateway.spent()), outOfBudget, modelDown, tools: begun.tools() };
    await begun.gateway.close();
    const token = (await readKept(parts, order.id))?.token ?? "";
    const result = await readResult(join(rooms(parts).run(order.id), "loop", "out", "result.json"));
    const pushed = order.role === "executor" ? await readPushed(parts, begun.quarantine, order) : null;
    await removeFiles(parts, order.id);
    const refused = pushed === null ? begun.gateway.refused() : [];
    const note =
      refused.length === 0 || outcome.status === "silent"
        ? (outcome.note ?? "")
        : `Its push was refused: ${refused.join("; ")}.`;
    const ended = ending(outcome, parts.clock.now());
    return {
      ...ended,
      log: withoutLease(ended.log, token),
      note,
      result: withoutLease(result, token),
      pushed,
      ...heard,
    };
  } catch (error) {
    parts.log.error({ run: order.id, err: error }, "a run's results could not be read");
    const why = error instanceof Error ? error.message : String(error);
    return {
      ...ending(outcome, parts.clock.now()),
      status: "lost",
      note: `Its results could not be read: ${why}`,
      result: null,
      pushed: null,
    };
  } finally {
    running.delete(order.id);
  }
}

/** What an agent wrote goes to the thread: the lease it holds, dead as it is by then, does not. */
function withoutLease<Text extends string | null>(text: Text, token: string): Text {
  return (token === "" ? text : (text?.replaceAll(token, "[lease]") ?? text)) as Text;
}

function ending(outcome: RunOutcome, endedAt: number): Omit<RunReport, "result" | "pushed"> {
  const { status, exitCode, log, note } = outcome;
  return { status, exitCode, endedAt, log, note: note ?? "" };
}

async function readPushed(parts: SandboxParts, quarantine: Quarantine, order: Watched): Promise<PushedChange | null> {
  const head = await parts.git.branchHead(quarantine);
  const kept = await readKept(parts, order.id);
  const from = kept?.startFrom ?? order.startFrom;
  if (head === null || head === from) return null;
  return readChange(parts, quarantine, from, head, parts.identity.email);
}

const letters = { added: "A", modified: "M", deleted: "D", type_changed: "T" } as const;

async function readChange(
  parts: SandboxParts,
  quarantine: Quarantine,
  base: string,
  head: string,
  author: string | null,
): Promise<PushedChange> {
  const by = author === null ? {} : { author: { email: author } };
  const change = await parts.git.judge({ gitDir: quarantine.gitDir, base, head, ...by });
  return {
    base,
    head,
    commits: change.commits.length,
    files: change.files.map((file) => ({ ...file, status: letters[file.status] })),
    problems: change.problems,
    patch: change.patch,
    patchId: change.diffHash ?? "",
  };
}

async function removeFiles(parts: SandboxParts, run: string): Promise<void> {
  const dir = rooms(parts).run(run);
  if (
    await access(dir).then(
      () => true,
      () => false,
    )
  )
    await parts.git.removeWorkspace(join(dir, "workspace"));
  await rm(dir, { recursive: true, force: true });
  await rm(rooms(parts).socket(run), { recursive: true, force: true }); // of a gateway that was not closed but killed
}

/** What a killed process left of quarantines it was making, listed before this one can make any of its own. */
function halfMadeQuarantines(parts: SandboxParts): string[] {
  const { quarantines } = rooms(parts);
  const names = existsSync(quarantines) ? readdirSync(quarantines) : [];
  return names.filter((name) => name.startsWith(".new-")).map((name) => join(quarantines, name));
}

function branchOf(loop: LoopState): string {
  assert(loop.branch !== null, `loop ${loop.id} has no branch`);
  return loop.branch;
}

function rulesOf(loop: LoopState): Rules {
  if (loop.rules === null) throw new Fault(`Loop ${loop.id} has no rules`, { kind: "invalid", retry: "never" });
  return loop.rules;
}
