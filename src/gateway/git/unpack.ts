// Lets git receive and check a pack under a ref of our choice, with bounds on bytes, memory and time (T8).
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { Fault } from "../../base/fault.ts";
import { noCommit } from "./branch.ts";
import type { Session } from "./events.ts";
import { gitFault } from "./failure.ts";
import { servingBounds, servingConfig, spawnGit, stopGit } from "./git.ts";
import type { Intake } from "./intake.ts";
import { flushPacket, packet, readPacket } from "./pktline.ts";

export type PackRefusal = "push_too_large" | "run_pushed_too_much" | "object_too_large" | "bad_object" | "bad_pack";

export interface Unpacked {
  readonly bytes: number;
  /** Null when the commit and all it needs arrived and passed git's checks. */
  readonly refusal: { readonly name: PackRefusal; readonly message: string } | null;
}

/** Feeds the pack to `git receive-pack` as the creation of `ref`. Throws `Fault` when the disk is full or git is missing. */
export async function receivePack(
  session: Session,
  commit: string,
  ref: string,
  pack: Intake["pack"],
): Promise<Unpacked> {
  const child = spawnGit(callFor(session));
  const stop = () => stopGit(child);
  const timer = setTimeout(stop, 300_000);
  session.stops.add(stop);
  const output = collect(child.stdout);
  const complaint = collect(child.stderr);
  const closed = once(child, "close").catch((cause) => {
    throw new Fault("Could not store a push: git went away", { kind: "engine", retry: "later", cause });
  });
  closed.catch(() => {}); // told where it is awaited
  const counter: Counter = { bytes: 0, passed: null };
  const commands = Buffer.concat([packet(`${noCommit} ${commit} ${ref}\0report-status`), flushPacket]);
  try {
    await pipeline(bounded(session, commands, pack, counter), child.stdin).catch(() => {
      if (counter.passed !== null) stop();
    });
    await closed;
  } finally {
    clearTimeout(timer);
    session.stops.delete(stop);
    stop();
  }
  if (counter.passed !== null) return { bytes: counter.bytes, refusal: sizeRefusal(counter.passed, session) };
  return { bytes: counter.bytes, refusal: reportProblem(await output, await complaint, ref) };
}

interface Counter {
  bytes: number;
  passed: "push_too_large" | "run_pushed_too_much" | null;
}

const defaultPushBytes = 100 * 1024 * 1024;
const defaultRunBytes = 400 * 1024 * 1024;

/** Large files are streamed, everything else fits into the allocation limit, or git gives up: no pack bomb unfolds. */
function callFor(session: Session): Parameters<typeof spawnGit>[0] {
  const { quarantine, maxPushBytes } = session.request;
  const config = [`receive.maxInputSize=${maxPushBytes ?? defaultPushBytes}`, ...servingConfig];
  const env = { GIT_ALLOC_LIMIT: String(64 * 1024 * 1024) };
  return { args: ["receive-pack", "--stateless-rpc", quarantine.gitDir], config, env, bounds: servingBounds };
}

async function* bounded(
  session: Session,
  commands: Buffer,
  pack: Intake["pack"],
  counter: Counter,
): AsyncGenerator<Buffer> {
  const { maxPushBytes = defaultPushBytes, maxRunBytes = defaultRunBytes } = session.request;
  yield commands;
  for await (const chunk of pack) {
    counter.bytes += chunk.length;
    session.pushedBytes += chunk.length;
    if (counter.bytes > maxPushBytes) counter.passed = "push_too_large";
    else if (session.pushedBytes > maxRunBytes) counter.passed = "run_pushed_too_much";
    if (counter.passed !== null) throw new Error(counter.passed);
    yield chunk;
  }
}

function sizeRefusal(name: "push_too_large" | "run_pushed_too_much", session: Session): Unpacked["refusal"] {
  const { maxPushBytes = defaultPushBytes, maxRunBytes = defaultRunBytes } = session.request;
  if (name === "push_too_large") return { name, message: `the push has more than ${maxPushBytes} bytes` };
  return { name, message: `this run has pushed more than ${maxRunBytes} bytes` };
}

function reportProblem(output: Buffer, complaint: Buffer, ref: string): Unpacked["refusal"] {
  const lines = packetLines(output);
  if (lines[0] === "unpack ok" && lines.includes(`ok ${ref}`)) return null;
  const said = complaint.toString("utf8");
  const check = /: ([a-zA-Z]{3,40}): /.exec(/fsck|object [0-9a-f]{40}: .*/.exec(said)?.[0] ?? "")?.[1];
  if (/No space left|Disk quota/.test(said)) throw gitFault("Could not store a push", said);
  if (/exceeds maximum allowed size/.test(said)) return { name: "push_too_large", message: "the push is too large" };
  if (/attempting to allocate/.test(said)) return { name: "object_too_large", message: "an object is too large" };
  if (check !== undefined) return { name: "bad_object", message: `git's object check found ${check}` };
  return { name: "bad_pack", message: "the pack is damaged or incomplete" };
}

function packetLines(output: Buffer): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; ; ) {
    const next = readPacket(output, at);
    if (next.kind !== "data") return lines;
    lines.push(next.payload.toString("utf8").trimEnd());
    at = next.next;
  }
}

/** The first 64 KiB of a stream; the rest is read and dropped. */
async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  let kept: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of stream) if (kept.length < 65_536) kept = Buffer.concat([kept, chunk]);
  } catch {
    // Broken off: the end of git says why.
  }
  return kept;
}
