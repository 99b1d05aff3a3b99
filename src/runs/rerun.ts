// Repeats a run from what was recorded of it: the same order through fresh gateways, and nothing of it reaches GitHub.
import { assert } from "../base/assert.ts";
import { Fault } from "../base/fault.ts";
import type { ImageChoice } from "../container/run.ts";
import type { RunOrder } from "../engine/ports.ts";
import { bringBack, bringObjects, compareTrees, type TreeDifference } from "../gateway/git/kept.ts";
import { findBase, storeOf } from "../gateway/git/objects.ts";
import { findQuarantine } from "../gateway/git/quarantine.ts";
import { type Origin, withoutGitHub } from "./origin.ts";
import { keptObjects, type RecordedEnd, type RecordedOrder, readRecorded, servicesOf } from "./provenance.ts";
import type { Recorded } from "./recorded.ts";
import { rooms } from "./rooms.ts";
import { createRuns, type RunParts } from "./runs.ts";

export interface RerunParts
  extends Pick<RunParts, "owner" | "models" | "prices" | "clock" | "runtime" | "log" | "registries"> {
  /** The App's: where the run is recorded and the base's objects are. It is only read. */
  readonly dataDir: string;
  /** The repeated run's own folder, which takes the data folder's place for it. */
  readonly scratchDir: string;
  /** Names the repeated run and its container. */
  readonly id: string;
}

/** A run and its repetition. */
export interface Repeated {
  readonly was: { readonly order: RecordedOrder; readonly end: RecordedEnd | null };
  readonly now: { readonly order: RecordedOrder; readonly end: RecordedEnd };
  /** Paths in which the two trees differ; null where one of them is not known or its objects are gone. */
  readonly files: readonly TreeDifference[] | null;
}

/** Runs it again, until it ends or `signal` stops it. Throws Fault when it cannot be started. */
export async function repeatRun(parts: RerunParts, recorded: Recorded, signal: AbortSignal): Promise<Repeated> {
  const { order, brief, end } = recorded;
  const scratch = { ...parts, dataDir: parts.scratchDir };
  const runs = createRuns({
    ...scratch,
    identity: order.identity,
    origin: originInRecord(parts, order),
    github: withoutGitHub,
    epoch: order.request.epoch,
    image: (reference) => choiceOf(parts, order, reference),
    limits: order.request.limits,
    ociRuntime: order.request.runtime ?? null,
  });
  const started = await runs.start(orderAgain(parts.id, order, brief));
  const stop = () => void runs.stop(parts.id, "the rerun was interrupted");
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const { note, trouble = null } = await started.done;
  signal.removeEventListener("abort", stop);
  await runs.forget(parts.id, false);
  const now = await readRecorded(scratch, parts.id);
  if (now.order === null && trouble !== null)
    throw new Fault(`The run was not started again. ${note}`, { kind: "engine", retry: "never" });
  if (now.order === null || now.end === null) {
    const message = `What the repeated run came to could not be written below ${parts.scratchDir}, so it cannot be compared`;
    throw new Fault(message, { kind: "engine", retry: "later" });
  }
  const after: Repeated["now"] = { order: JSON.parse(now.order), end: JSON.parse(now.end) };
  return { was: { order, end }, now: after, files: await differingFiles(parts, order, end, after.end) };
}

function orderAgain(id: string, { order, image, specs }: RecordedOrder, brief: string): RunOrder {
  const used = [...(image === null ? [] : [image]), ...(servicesOf(order, specs).services ?? [])];
  const images = { ...order.loop.images, ...Object.fromEntries(used.map((one) => [one.reference, one])) };
  return { ...order, id, brief, loop: { ...order.loop, ...(Object.keys(images).length === 0 ? {} : { images }) } };
}

/** What was built is built again where it is not kept any more, from the base's store as it is found now. */
function choiceOf(
  { dataDir }: Pick<RerunParts, "dataDir">,
  { request, image, order }: RecordedOrder,
  reference: string,
): ImageChoice {
  if (request.image.kind === "toolchain") return { kind: "toolchain" };
  if (request.image.kind === "named" || request.image.reference !== reference) return { kind: "named", reference };
  const gitDir = storeOf(rooms({ dataDir }).objects, order.loop.issue.repositoryId);
  const pinned = image === null ? {} : { pinned: { id: image.id, digest: image.digest } };
  return { kind: "built", reference, build: { ...request.image.build, gitDir }, ...pinned };
}

/** Commits from the base's store and from what the run's record keeps; the agent called as it was, by the new run's lease. */
function originInRecord({ dataDir }: RerunParts, { order, request }: RecordedOrder): Origin {
  const line = typeof request.command === "string" ? request.command : request.command.join(" ");
  return {
    async base({ base, issue }) {
      assert(base !== null, `run ${order.id} was recorded with its base`);
      const wanted = { storeRoot: rooms({ dataDir }).objects, repositoryId: issue.repositoryId, url: "", ...base };
      const found = await findBase(wanted);
      if (found !== null) return found;
      const message = `The base commit ${base.sha} of run ${order.id} is not in the object store below ${dataDir} any more. Nothing was run.`;
      throw new Fault(message, { kind: "not_found", retry: "never" });
    },
    async branch(_, quarantine) {
      await bringBack(quarantine, order.startFrom, keptObjects({ dataDir }, order.id));
    },
    agent(_, lease) {
      const env = Object.entries(request.env).map(([name, value]) => [name, value.replaceAll("[lease]", lease)]);
      return { command: line.replaceAll("[lease]", lease), env: Object.fromEntries(env), files: [] };
    },
  };
}

async function differingFiles(
  { dataDir, scratchDir, id }: RerunParts,
  { order }: RecordedOrder,
  was: RecordedEnd | null,
  now: RecordedEnd,
): Promise<readonly TreeDifference[] | null> {
  const quarantine = await findQuarantine(rooms({ dataDir: scratchDir }).quarantines, id);
  if (quarantine === null || was === null || was.tree === null || now.tree === null) return null;
  await bringObjects(quarantine, keptObjects({ dataDir }, order.id));
  return compareTrees(quarantine.gitDir, was.tree, now.tree);
}
