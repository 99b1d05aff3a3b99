// Repeats a run from what was recorded of it: the same order through fresh gateways, and nothing of it reaches GitHub.
import { Fault } from "../base/fault.ts";
import type {
  AgentRooms,
  GitHubPort,
  GitRooms,
  ImageChoice,
  Log,
  RunOrder,
  Runtime,
  TreeDifference,
} from "../engine/ports.ts";
import { rooms } from "./files.ts";
import { keptObjects, type RecordedEnd, type RecordedOrder, readRecorded } from "./provenance.ts";
import type { Recorded } from "./recorded.ts";
import { createSandbox, type SandboxParts } from "./runs.ts";

export interface RerunParts extends Pick<SandboxParts, "owner" | "models" | "prices" | "clock"> {
  readonly git: GitRooms;
  readonly agents: AgentRooms;
  readonly runtime: Runtime;
  readonly log: Log;
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
  const sandbox = createSandbox({
    ...scratch,
    identity: order.identity,
    git: gitFromRecord(parts, order),
    agents: agentsFromRecord(parts.agents, order),
    github: nobody,
    epoch: order.request.epoch,
    image: (reference) => choiceOf(order, reference),
    limits: order.request.limits,
    ociRuntime: order.request.runtime ?? null,
  });
  const started = await sandbox.start(orderAgain(parts.id, order, brief));
  const stop = () => void sandbox.stop(parts.id, "the rerun was interrupted");
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  await started.done;
  signal.removeEventListener("abort", stop);
  const now = await readRecorded(scratch, parts.id);
  if (now.order === null || now.end === null) {
    const message = `What the repeated run came to could not be written below ${parts.scratchDir}, so it cannot be compared`;
    throw new Fault(message, { kind: "engine", retry: "later" });
  }
  const after: Repeated["now"] = { order: JSON.parse(now.order), end: JSON.parse(now.end) };
  return { was: { order, end }, now: after, files: await differingFiles(parts, order, end, after.end) };
}

/** GitHub is not asked: every commit comes from this host, or the run is not repeated. */
const nobody: Pick<GitHubPort, "gitAccess"> = {
  gitAccess: async () => ({ url: "", token: "", revoke: async () => {} }),
};

function orderAgain(id: string, { order, image }: RecordedOrder, brief: string): RunOrder {
  const images = image === null ? order.loop.images : { ...order.loop.images, [image.reference]: image };
  return { ...order, id, brief, loop: { ...order.loop, ...(images === undefined ? {} : { images }) } };
}

function choiceOf({ request }: RecordedOrder, reference: string): ImageChoice {
  return request.image.kind === "toolchain" ? { kind: "toolchain" } : { kind: "named", reference };
}

/** Commits from the base's store and from what the run's record keeps. */
function gitFromRecord({ git, dataDir }: RerunParts, { order }: RecordedOrder): GitRooms {
  return {
    ...git,
    async fetchBase(request) {
      const found = await git.findBase({ ...request, storeRoot: rooms({ dataDir }).objects });
      if (found !== null) return found;
      const message = `The base commit ${request.sha} of run ${order.id} is not in the object store below ${dataDir} any more. Nothing was run.`;
      throw new Fault(message, { kind: "not_found", retry: "never" });
    },
    async fetchBranch(quarantine) {
      await git.bringBack(quarantine, order.startFrom, keptObjects({ dataDir }, order.id));
      return order.startFrom;
    },
  };
}

/** The command and the environment as they were, with the new run's lease in the place of the old one's. */
function agentsFromRecord(agents: AgentRooms, { request }: RecordedOrder): AgentRooms {
  const line = typeof request.command === "string" ? request.command : request.command.join(" ");
  return {
    ...agents,
    agentOf: (kind, command) => ({
      ...agents.agentOf(kind, command),
      prepare: ({ lease }) => {
        const env = Object.entries(request.env).map(([name, value]) => [name, value.replaceAll("[lease]", lease)]);
        return { command: line.replaceAll("[lease]", lease), env: Object.fromEntries(env), files: [] };
      },
    }),
  };
}

async function differingFiles(
  { git, dataDir, scratchDir, id }: RerunParts,
  { order }: RecordedOrder,
  was: RecordedEnd | null,
  now: RecordedEnd,
): Promise<readonly TreeDifference[] | null> {
  const quarantine = await git.findQuarantine(rooms({ dataDir: scratchDir }).quarantines, id);
  if (quarantine === null || was === null || was.tree === null || now.tree === null) return null;
  await git.bringObjects(quarantine, keptObjects({ dataDir }, order.id));
  return git.compareTrees(quarantine.gitDir, was.tree, now.tree);
}
