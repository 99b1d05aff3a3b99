// The engine of containers, which outlives the App, and the runs of one life of the App upon it.
import { Fault } from "../../src/base/fault.ts";
import type { Clock, PushedChange, RunOrder, RunReport, RunsPort, StartedRun } from "../../src/engine/ports.ts";
import { spentOf } from "../../src/loop/money.ts";
import {
  type CheckSeen,
  type Heard,
  type Isolation,
  type KnockOutSeen,
  type LoopState,
  noTokens,
} from "../../src/loop/state.ts";
import { watchSilence } from "../../src/runs/silence.ts";
import type { Boundary } from "./boundary.ts";
import { app, type Commit, type Container, repository } from "./model.ts";
import { random } from "./random.ts";
import type { Timeline } from "./timeline.ts";
import type { World } from "./world.ts";

function heardBy({ words }: Container): Heard[] {
  return [...words].flatMap(([id, by]) => (by === null ? [] : [{ id, by }]));
}

/** What an agent will do with its order, decided when its container starts. */
export interface Conduct {
  readonly ms: number; // until it ends by itself, or hangs
  readonly status: "finished" | "failed" | "lost" | "hangs" | "refused";
  readonly result: object | null;
  readonly pushes: Pick<Commit, "passesCi" | "lines" | "files" | "risk" | "patch"> | null;
  /** What a tool server's policy puts to a person first, and the agent wants to call; absent: nothing of the kind. */
  readonly asksFor?: string;
  readonly services?: ServicesConduct;
}

/** Services beside it: how long they take until the agent may begin, and whether one never comes up or ends while it works. */
export interface ServicesConduct {
  readonly readyMs: number;
  readonly ends: "never_ready" | "in_the_middle" | null;
}

export interface ContainersParts {
  readonly world: World;
  readonly timeline: Timeline;
  readonly conduct: (order: RunOrder) => Conduct;
  readonly checkSays: (check: string, sha: string) => CheckSeen;
  readonly knockOutSays: (sha: string) => KnockOutSeen;
  readonly onStart: (order: RunOrder) => void;
  /** The agent calls what a person has to allow. */
  readonly onAskedCall: (order: RunOrder, call: string) => void;
  /** How much dearer a run is than a cent or so. */
  readonly dearer: number;
  /** The App removes what a run left. */
  readonly onForget: (container: Container) => void;
  readonly onPublish: (loop: LoopState, branch: string, head: string) => void;
  /** Whether GitHub declines this push by a rule of its own. */
  readonly declinesPush: () => boolean;
}

/** The containers and what they left in their quarantines. */
export interface Containers {
  readonly all: Map<string, Container>;
  /** What own checks showed in their containers, by check and commit; of a knock-out as well. */
  readonly shown: ReadonlyMap<string, RunReport>;
  port(boundary: Boundary, clock: Clock): RunsPort;
  /** Who takes a change back hunk by hunk is the process: with it goes where it was. */
  processDied(): void;
  /** Someone removed a container behind the App's back. */
  lose(id: string): void;
}

const isolation: Isolation = {
  runtime: "docker",
  network: "none",
  capabilities: [],
  readOnlyRoot: true,
  user: "10001:10001",
};

export function createContainers(parts: ContainersParts): Containers {
  const { world, timeline } = parts;
  const all = new Map<string, Container>();
  const conducts = new Map<string, Conduct>();
  const shown = new Map<string, RunReport>();
  const kept = new Map<string, RunReport>(); // what checks showed that was kept: the same is not run again

  function finish(container: Container, report: RunReport): void {
    if (container.state !== "running") return;
    container.cancel();
    container.state = "ended";
    container.report = { ...report, heard: heardBy(container), spentNano: container.spent() };
    container.endedAt = timeline.now;
    if (report.check != null || report.knockOut !== undefined) shown.set(shownOf(container), report);
    for (const tell of [...container.waiting]) tell();
  }

  function launch(order: RunOrder): Container {
    const conduct = parts.conduct(order);
    if (conduct.status === "refused") throw new Fault("The image is not there.", { kind: "refused", retry: "never" });
    parts.onStart(order);
    const { loop, role } = order;
    const startFrom = role === "executor" ? workFrom(world, loop) : order.startFrom;
    const cost = costOf(order.id) * parts.dearer;
    const left = Math.max(0, loop.grantedNano - spentOf(loop)); // its gateway lets no call out that could cost more
    const { asksFor } = conduct;
    const mayCall = asksFor !== undefined && loop.permits.includes(asksFor);
    if (mayCall) parts.onAskedCall(order, asksFor);
    const container: Container = {
      id: order.id,
      loop: loop.id,
      issue: loop.issue.number,
      role,
      check: order.check,
      attempt: order.attempt,
      startFrom,
      startedAt: timeline.now,
      hungAt: conduct.status === "hangs" && role !== "check" ? timeline.now + conduct.ms : null,
      silenceMs: loop.rules?.silenceMs ?? 0,
      quiet: null,
      watchedSince: timeline.now,
      state: "running",
      report: null,
      end: null,
      endedAt: null,
      spent: () =>
        role === "check"
          ? 0
          : Math.min(
              left,
              Math.floor((cost * ((container.endedAt ?? timeline.now) - container.startedAt)) / conduct.ms),
            ),
      outOfBudget: role !== "check" && cost > left,
      refusedCall: asksFor !== undefined && !mayCall ? asksFor : null,
      words: new Map(
        (loop.said ?? []).flatMap(({ id, telling }) => (telling === order.id && id ? [[id, "brief"]] : [])),
      ),
      tellHeard: () => {},
      waiting: new Set(),
      cancel: () => {},
    };
    all.set(order.id, container);
    conducts.set(order.id, conduct);
    const late = conduct.status === "hangs" || conduct.ms > order.deadlineMs;
    container.cancel = timeline.after(late ? order.deadlineMs : conduct.ms, `${order.id} ends`, () =>
      finish(container, reportOf(container, conduct, late)),
    );
    return container;
  }

  /** Its agent calls a tool some time after somebody spoke, or has ended by then. */
  function speak(container: Container, loop: LoopState): void {
    const { id: run, words } = container;
    if (container.state !== "running" || container.role !== "executor") return;
    for (const { id, telling } of loop.said ?? []) {
      if (id === undefined || telling !== run || words.has(id)) continue;
      words.set(id, null);
      const most = 2 * (conducts.get(run)?.ms ?? 0);
      timeline.after(random("hears", run, id).between(0, most), `the agent of ${run} calls a tool`, () => {
        if (container.state !== "running") return;
        words.set(id, "tool");
        container.tellHeard({ id, by: "tool" });
      });
    }
  }

  function reportOf(container: Container, conduct: Conduct, late: boolean): RunReport {
    if (conduct.status === "lost") return ended("lost", "The container was gone.");
    if (container.role === "check") return checked(container, late);
    if (late) return ended("timed_out", "");
    const { services } = conduct;
    if (services?.ends === "never_ready")
      return { ...ended("failed", "The service db did not become ready."), trouble: "service" };
    const pushed = pushOf(container, conduct);
    const status = conduct.status === "failed" ? "failed" : "finished";
    const told = container.refusedCall === null ? {} : { told: { permission: container.refusedCall } };
    const lost = services?.ends === "in_the_middle" ? { lostServices: ["db: it ended with exit code 137"] } : {};
    const money = container.outOfBudget ? { outOfBudget: true } : {};
    return {
      ...ended(status, ""),
      result: conduct.result && JSON.stringify(conduct.result),
      pushed,
      ...told,
      ...lost,
      ...money,
    };
  }

  function checked({ check, startFrom }: Container, late: boolean): RunReport {
    if (check?.at === "without") {
      if (late) return ended("failed", "It had no time.");
      return { ...ended("finished", ""), check: null, knockOut: parts.knockOutSays(startFrom) };
    }
    const says = parts.checkSays(check?.name ?? "", startFrom);
    const cause = { state: "red" as const, note: "It did not end.", red: ["time"], redAll: "time", redCount: 1 };
    const seen = late ? { ...says, ...cause } : says;
    return { ...ended(late ? "timed_out" : seen.state === "green" ? "finished" : "failed", ""), check: seen };
  }

  function pushOf(container: Container, { pushes: draft }: Conduct): PushedChange | null {
    if (draft === null) return null;
    const commit = world.commit({ ...draft, parent: container.startFrom, author: app.login });
    return changeOf(container.startFrom, commit);
  }

  function ended(status: RunReport["status"], note: string): RunReport {
    const exitCode = status === "finished" ? 0 : null;
    return { status, exitCode, endedAt: timeline.now, log: "", note, result: null, pushed: null };
  }

  /** As the sandbox does it, with a container that is heard all the time until it hangs. */
  function watch(container: Container, boundary: Boundary, clock: Clock): () => Promise<void> {
    container.watchedSince = timeline.now;
    if (container.role === "check") return async () => {}; // its own time is all that it has
    return watchSilence({
      clock,
      limitMs: container.silenceMs,
      quiet: container.quiet,
      signs: () => ({
        heard: Math.min(timeline.now, container.hungAt ?? timeline.now),
        isBusy: false,
        waitsUntil: null,
      }),
      async keep(quiet) {
        if (boundary.alive) container.quiet = quiet;
      },
      onSilent(note) {
        const pushed = pushOf(container, conducts.get(container.id)!);
        finish(container, { ...ended("silent", note), pushed });
      },
    });
  }

  function started(container: Container, boundary: Boundary, clock: Clock): StartedRun {
    const startedAt = clock.now();
    const endWatch = watch(container, boundary, clock);
    const done = new Promise<RunReport>((resolve) => {
      const tell = () =>
        void timeline.after(100, `the end of ${container.id} is kept`, () => {
          if (!boundary.alive) return;
          void endWatch();
          container.waiting.delete(tell);
          container.end = { ...container.report!, endedAt: clock.now() };
          if (container.check !== undefined) keep(container, container.end);
          void told(container.end, boundary).then(resolve);
        });
      container.waiting.add(tell);
      if (container.state !== "running") tell();
    });
    const onHeard: StartedRun["onHeard"] = (tell) => {
      container.tellHeard = (heard) => boundary.alive && tell(heard);
      for (const heard of heardBy(container)) tell(heard);
    };
    return { startedAt, isolation, onHeard, done };
  }

  function keep(container: Container, end: RunReport): void {
    const isWhole = end.status === "finished" || end.status === "failed";
    const isWord = end.knockOut === undefined ? end.check?.state !== "no_evidence" : end.knockOut.unknown.length === 0;
    if (isWhole && isWord && shown.has(shownOf(container))) kept.set(shownOf(container), end);
  }

  /** The same files were judged before: that is told, and nothing runs. */
  function again(order: RunOrder, boundary: Boundary, clock: Clock): StartedRun | null {
    const known = order.check === undefined ? undefined : kept.get(shownOf(order));
    if (known === undefined) return null;
    const { check } = known;
    const seen = { ...known, ...(check == null ? {} : { check: { ...check, kept: true } }), endedAt: clock.now() };
    return { startedAt: clock.now(), isolation, done: told(seen, boundary) };
  }

  function told(end: RunReport, boundary: Boundary): Promise<RunReport> {
    return new Promise((resolve) => {
      timeline.after(100, "what a run left is read", () => boundary.alive && resolve(end));
    });
  }

  /** A container that runs, then an end that was kept, then a container that has ended: as the App looks for them. */
  function found(run: string, boundary: Boundary, clock: Clock): StartedRun | null {
    const container = all.get(run);
    if (container === undefined || container.state === "forgotten") return null;
    if (container.state !== "running" && container.end !== null) {
      return { startedAt: clock.now(), isolation, done: told(container.end, boundary) };
    }
    return container.state === "gone" ? null : started(container, boundary, clock);
  }

  function forget(container: Container): void {
    finish(container, ended("stopped", ""));
    if (container.state !== "forgotten") parts.onForget(container);
    container.state = "forgotten";
  }

  /** The agent begins once its services are ready; whoever started it waits for that. */
  function ready({ id }: Container, boundary: Boundary): Promise<void> {
    const { readyMs = 0 } = conducts.get(id)?.services ?? {};
    if (readyMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      timeline.after(readyMs, `the services of ${id} are ready`, () => boundary.alive && resolve());
    });
  }

  /** One life's door to them. */
  function port(boundary: Boundary, clock: Clock): RunsPort {
    const ordered = new Set<string>();
    const remote = <T>(name: string, act: () => T) => boundary.remote("runs", `runs.${name}`, act);
    return {
      async start(order) {
        ordered.add(order.id);
        const known = await remote(
          "start",
          () => found(order.id, boundary, clock) ?? again(order, boundary, clock) ?? launch(order),
        );
        if ("done" in known) return known;
        await ready(known, boundary);
        return started(known, boundary, clock);
      },
      adopt: (loop, run) =>
        remote("adopt", () => {
          const container = all.get(run);
          if (container !== undefined) speak(container, loop);
          return found(run, boundary, clock);
        }),
      tell: (loop, run) =>
        remote("tell", () => {
          const container = all.get(run);
          if (container !== undefined) speak(container, loop);
        }),
      // Of what is cleared away its record is kept.
      spentBy: async (_loop, run) => ({ spentNano: all.get(run)?.spent() ?? 0, tokens: noTokens }),
      begunSince: ({ id, runsStarted }) =>
        remote("begunSince", () =>
          [...all.values()]
            .filter((one) => one.loop === id && countOf(one) > runsStarted)
            .map((one) => ({ ...begunFor(one), count: countOf(one) }))
            .sort((a, b) => a.count - b.count),
        ),
      left: ({ number }) =>
        remote("left", () =>
          [...all.values()]
            .filter(({ issue, state }) => issue === number && state !== "forgotten")
            .map(({ id, loop }) => ({ id, loop, repositoryId: repository.id })),
        ),
      stop: (run) =>
        remote("stop", () => {
          const container = all.get(run);
          if (container !== undefined) finish(container, ended("stopped", ""));
        }),
      forget: (run) =>
        remote("forget", () => {
          const container = all.get(run);
          if (container !== undefined) forget(container);
        }),
      readChange: (loop, _run, head) =>
        remote("readChange", () => {
          const commit = world.commits.get(head);
          if (commit === undefined) throw new Fault("The commit is not there.", { kind: "not_found", retry: "later" });
          return changeOf(loop.base?.sha ?? "", commit);
        }),
      async readHeld(_run, head) {
        const commit = world.commits.get(head);
        return commit === undefined ? null : changeOf("", commit);
      },
      publish: (loop, _run, head, expected) => remote("publish", () => publish(parts, loop, head, expected)),
      stage: (_loop, _run, head, expected) =>
        remote("stage", () => {
          const { parent } = world.commits.get(head)!;
          if (expected !== null && !world.descends(expected, head))
            return { status: "refused", message: "the commit does not descend from where the branch was last seen" };
          return { status: "staged", commits: [{ sha: head, tree: head, parents: [parent ?? ""], message: "" }] };
        }),
      unstage: () => remote("unstage", () => {}),
      release: (loop) =>
        remote("release", () => {
          for (const one of all.values()) if (one.loop === loop.id) forget(one);
        }),
      sweep: ({ loops, running, isOver }) =>
        remote("sweep", () => {
          const orphans = [...all.values()].filter(({ id, loop }) => !ordered.has(id) && isOver(loop, repository.id));
          for (const one of orphans) forget(one);
          const isWanted = ({ id, loop }: Container) =>
            ordered.has(id) || (loops.has(loop) ? running.has(id) : !isOver(loop, null));
          const prey = [...all.values()].filter((one) => ["running", "ended"].includes(one.state) && !isWanted(one));
          for (const one of prey) {
            finish(one, ended("stopped", ""));
            one.state = "gone";
          }
          return prey.map((one) => one.id);
        }),
    };
  }

  return {
    all,
    shown,
    processDied() {
      for (const one of all.values()) {
        if (one.check?.at !== "without" || one.end !== null || one.state === "forgotten") continue;
        finish(one, ended("lost", ""));
        one.state = "gone";
      }
    },
    lose(id) {
      const container = all.get(id);
      if (container === undefined || container.state === "forgotten") return;
      finish(container, ended("lost", "The container was removed by someone else."));
      container.state = "gone";
    },
    port,
  };
}

/** Which check of which commit it is. */
export function shownOf({ check, startFrom }: Pick<RunOrder, "check" | "startFrom">): string {
  return `${check?.at === "without" ? "knock-out" : check?.name} of ${startFrom}`;
}

/** As far as its lease and its record say. */
function begunFor({ role, attempt, startFrom, check }: Container) {
  return { role, attempt, startFrom, ...(check === undefined ? {} : { check }) };
}

/** Which of its loop's runs it is. */
function countOf({ id }: Container): number {
  return Number(id.slice(id.lastIndexOf("-") + 1));
}

/** What a run comes to, in nano-dollars: something else for each. */
function costOf(run: string): number {
  return 1_000_003 * (1 + ([...run].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 17));
}

/** The commit an executor's workspace has: the branch as it is now, else the base. */
function workFrom(world: World, loop: LoopState): string {
  const now = loop.head === null || loop.branch === null ? null : (world.branches.get(loop.branch)?.value ?? null);
  return now ?? loop.base?.sha ?? "";
}

function changeOf(base: string, commit: Commit): PushedChange {
  const problems = commit.risk === "hard" ? [{ name: "secret_found", detail: "a key" }] : [];
  const files = commit.files.map((path) => ({
    path,
    status: "M",
    oldMode: "100644",
    newMode: "100644",
    additions: commit.lines,
    deletions: 0,
    bytes: 100,
    binary: false,
  }));
  return { base, head: commit.sha, commits: 1, files, problems, patch: commit.patch, patchId: commit.patch };
}

type Published = Awaited<ReturnType<RunsPort["publish"]>>;

function publish(parts: ContainersParts, loop: LoopState, head: string, expected: string | null): Published {
  const { world } = parts;
  const branch = loop.branch ?? "";
  const now = world.branches.get(branch)?.value ?? null;
  if (expected !== null && !world.descends(expected, head)) {
    return { status: "refused", message: "the commit does not descend from where the branch was last seen" };
  }
  if (now === head) return { status: "already" };
  if (now !== expected) return { status: "moved", head: now };
  if (parts.declinesPush()) return { status: "refused", message: "a ruleset declined the push" };
  parts.onPublish(loop, branch, head);
  world.push(branch, head, app);
  return { status: "pushed" };
}
