// Checks the thread of a loop: one status comment whose record never goes back, attempts and endings said once and in order.

import { classOf, statusLabels } from "../../src/loop/end.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { decodeRecord } from "../../src/record/codec.ts";
import { endingSentence } from "../../src/report/wording/endings.ts";
import type { Expected, Finding, Say } from "./check.ts";
import type { Happening, History } from "./history.ts";

type CommentHappening = Extract<Happening, { kind: "comment" }>;

/** One text that a status comment once had, with the state its record told. */
export interface Told {
  readonly at: number; // the place in the history
  readonly state: LoopState;
}

export interface LoopThread {
  readonly id: string;
  readonly issue: number;
  /** The record as it is now; null where it cannot be read. */
  readonly state: LoopState | null;
  /** Why it cannot be read. */
  readonly unreadable: string;
  readonly told: readonly Told[];
}

const marker = (kind: string) => new RegExp(`<!-- loopgate:${kind} ([^>]*?) -->`);

/** The loops that ever had a status comment on the issue, oldest first. */
export function loopsOf(history: History, issue: number, { sealKey }: Expected): LoopThread[] {
  const place = { repositoryId: history.repositoryId, issue };
  const written = commentsOf(history, issue).filter(({ said }) => said.action !== "deleted");
  const ids = [...new Set(written.flatMap(({ said }) => marker("status").exec(said.body)?.[1] ?? []))];
  const now = history.issues.find(({ number }) => number === issue)?.comments ?? [];
  return ids.map((id) => {
    const isOf = (body: string) => marker("status").exec(body)?.[1] === id;
    const body = now.find((comment) => comment.author === history.bot && isOf(comment.body))?.body ?? "";
    const decoded = decodeRecord(body, sealKey, place);
    const told = written.flatMap(({ said, at }) => {
      const then = isOf(said.body) ? decodeRecord(said.body, sealKey, place) : null;
      return then?.kind === "ok" ? [{ at, state: then.state }] : [];
    });
    const unreadable = decoded.kind === "tampered" ? decoded.why : decoded.kind;
    return { id, issue, state: decoded.kind === "ok" ? decoded.state : null, unreadable, told };
  });
}

function commentsOf(history: History, issue: number): { readonly said: CommentHappening; readonly at: number }[] {
  return history.happenings.flatMap((said, at) =>
    said.kind === "comment" && said.issue === issue && said.author === history.bot ? [{ said, at }] : [],
  );
}

/** Status, attempts and endings of one loop. */
export function checkThread(history: History, loop: LoopThread, expected: Expected, say: Say): Finding[] {
  const { state } = loop;
  if (state === null) return [say("lost", `the record of loop ${loop.id} cannot be read: ${loop.unreadable}`)];
  return [
    ...checkStatus(loop, say),
    ...checkAttempts(history, loop, state, say),
    ...checkEndings(history, loop, state, expected, say),
    ...checkLabels(history, state, expected, say),
  ];
}

/** The record only ever goes forward: revisions, attempts and started runs. */
function checkStatus({ told }: LoopThread, say: Say): Finding[] {
  return told.flatMap(({ state }, index) => {
    const before = told[index - 1]?.state;
    if (before === undefined) return [];
    const back = (["revision", "runsStarted"] as const).filter((name) => state[name] < before[name]);
    if (state.attempts.length < before.attempts.length) {
      return [say("lost", `the record forgot attempt ${before.attempts.length} at revision ${state.revision}`)];
    }
    return back.map((name) => say("out of order", `the record's ${name} went from ${before[name]} to ${state[name]}`));
  });
}

function checkAttempts(history: History, loop: LoopThread, state: LoopState, say: Say): Finding[] {
  const posted = commentsOf(history, loop.issue)
    .filter(({ said }) => said.action === "created")
    .flatMap(({ said }) => marker("attempt").exec(said.body)?.[1] ?? [])
    .filter((name) => name.startsWith(`${loop.id} `))
    .map((name) => Number(name.split(" ")[1]));
  const numbers = state.attempts.map(({ number }) => number);
  const judged = state.attempts.filter(
    ({ verdict, number }) => verdict !== null && verdict.colour !== "pending" && number <= 10,
  );
  const runs = state.attempts.flatMap((attempt) => attempt.runs).map(({ id }) => id);
  return [
    ...(numbers.every((number, index) => number === index + 1)
      ? []
      : [say("out of order", `the record's attempts are numbered ${numbers.join(", ")}`)]),
    ...posted
      .filter((number, index) => index > 0 && number < (posted[index - 1] ?? 0))
      .map((number) => say("out of order", `the comment on attempt ${number} was posted after a later one`)),
    ...posted
      .filter((number) => !numbers.includes(number))
      .map((number) => say("lost", `attempt ${number} has a comment and is not in the record`)),
    ...judged
      .filter(({ number }) => !posted.includes(number))
      .map(({ number }) => say("lost", `attempt ${number} was judged and no comment says so`)),
    ...twice(runs).map((id) => say("doubled", `the run ${id} is in the record twice`)),
  ];
}

/** Each ending that the record ever told has one stop comment, posted after the record told it. */
function checkEndings(history: History, loop: LoopThread, state: LoopState, expected: Expected, say: Say): Finding[] {
  const stops = commentsOf(history, loop.issue)
    .filter(({ said }) => said.action === "created")
    .flatMap(({ said, at }) => {
      const name = marker("stop").exec(said.body)?.[1];
      return name === undefined ? [] : [{ ending: name.split(" ")[1] ?? "", at }];
    });
  const endings = new Map<string, { reason: string; at: number }>();
  for (const told of loop.told) {
    const { ending } = told.state;
    if (ending === null || endings.has(String(ending.at))) continue;
    endings.set(String(ending.at), { reason: ending.reason, at: told.at });
  }
  const all = [...endings.values()].map(({ reason }) => reason);
  const reasons = all.filter((reason, index) => reason !== "infrastructure_error" || index === all.length - 1);
  const wanted = expected.endings(loop.issue);
  const detail = state.ending === null ? "" : ` (${endingSentence(state.ending)} ${state.ending.quote ?? ""})`;
  return [
    ...(state.phase === "settled" ? [] : [say("lost", `loop ${loop.id} is still ${state.phase}`)]),
    ...(state.phase !== "settled" || reasons.join() === wanted.join()
      ? []
      : [say("lost", `loop ${loop.id} ended by ${reasons.join(", ")} instead of ${wanted.join(", ")}${detail}`)]),
    ...[...endings.keys()]
      .filter((ending) => !stops.some((stop) => stop.ending === ending))
      .map((ending) => say("lost", `the ending at ${ending} has no stop comment`)),
    ...twice(stops.map(({ ending }) => ending)).map((ending) =>
      say("doubled", `two stop comments tell the ending at ${ending}`),
    ),
    ...stops
      .filter(({ ending, at }) => !((endings.get(ending)?.at ?? Number.POSITIVE_INFINITY) < at))
      .map(({ ending }) => say("out of order", `a stop comment told the ending at ${ending} before the record did`)),
  ];
}

/** The trigger stands while the loop lives, and one label of ours says the same as the record. */
function checkLabels(history: History, state: LoopState, { label }: Expected, say: Say): Finding[] {
  const labels = history.issues.find(({ number }) => number === state.issue.number)?.labels ?? [];
  const ours = labels.filter((name) => (Object.values(statusLabels) as string[]).includes(name));
  const wanted = state.ending === null ? statusFor(state) : statusLabels[classOf(state.ending.reason)];
  const isLive = state.phase !== "settled" && state.phase !== "refused";
  return [
    ...(ours.join() === wanted
      ? []
      : [say("lost", `the labels say ${ours.join(", ") || "nothing"}, the record ${wanted}`)]),
    ...(labels.includes(label) === isLive
      ? []
      : [say("lost", `the label ${label} is ${isLive ? "gone" : "left"}, and the loop is ${state.phase}`)]),
  ];
}

function statusFor({ phase }: LoopState): string {
  return phase === "awaiting_gate" ? statusLabels.gate : statusLabels.running;
}

/** Each comment of ours is there once, under its own marker, and nothing of ours is without one. */
export function checkComments(history: History, issue: number, say: Say): Finding[] {
  const live = history.issues.find(({ number }) => number === issue)?.comments ?? [];
  const ours = live.filter(({ author }) => author === history.bot);
  const names = ours.map(
    ({ body }) => /<!-- (loopgate:(?:status|attempt|stop|reply) [^>]*?) -->/.exec(body)?.[1] ?? "",
  );
  const deleted = commentsOf(history, issue).filter(({ said }) => said.action === "deleted");
  return [
    ...twice(names).map((name) => say("doubled", `two comments carry ${name || "no marker"}`)),
    ...deleted.map(({ said }) => say("doubled", `comment ${said.comment} of ours was deleted`)),
    ...(names.includes("") ? [say("lost", "a comment of ours carries no marker")] : []),
  ];
}

/** What is in the list more than once, each of them named once. */
export function twice(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
