// The tools of one run: what its agent says by them and how often it called each, in a file, so that a restart of the App forgets neither.
import { join } from "node:path";
import { z } from "zod";
import { atMost } from "../base/at-most.ts";
import { parseJson } from "../base/parse-json.ts";
import type { Log } from "../engine/ports.ts";
import type { Lease } from "../gateway/lease.ts";
import type { Route } from "../gateway/run.ts";
import { ownServed } from "../gateway/tools/own.ts";
import type { AskedChecks } from "../gateway/tools/run-check.ts";
import { toolGateway } from "../gateway/tools/server.ts";
import type { ToolCall } from "../gateway/tools/tool.ts";
import type { RunServers } from "../gateway/tools/upstream/served.ts";
import { refusedIn } from "../loop/said.ts";
import { AttachedPicture, type LoopState, ToolCount } from "../loop/state.ts";
import { Told, tellMore } from "../verify/told.ts";
import { attach, keepAnswered } from "./attachments.ts";
import { rooms } from "./rooms.ts";
import { readIfThere, writeDurably } from "./whole-file.ts";
import { KeptWords, type RunWords, runWords } from "./words.ts";

/** What came of the tools of a run. */
export const ToolsUsed = z.object({
  told: Told, // what the agent said by them
  calls: z.array(ToolCount), // in the order in which each was first called
  permitsUsed: z.array(z.string()).optional(), // what a person had allowed and was done; absent: nothing
  attached: z.array(AttachedPicture).optional(), // pictures for the thread; absent: none
  words: z.array(KeptWords).optional(), // what people said to it; absent: nothing
});
export type ToolsUsed = z.infer<typeof ToolsUsed>;

/** What calls of tools that do not exist are counted under, all together. */
const unknownTool = "no such tool";

export interface ToolsParts {
  readonly dataDir: string;
  readonly log: Log;
}

export interface ToolsOf {
  readonly loop: LoopState;
  readonly lease: Lease;
  /** The policy's checks that the run may ask for; null: there are none. */
  readonly checks: AskedChecks | null;
  /** The tools of servers beside the run. */
  readonly others: RunServers["tools"];
  readonly onCall: (call: ToolCall, named: string) => void;
  readonly onRefused: (why: string) => void;
  readonly onRefusedCommand: (line: string) => void;
}

export interface RunTools extends Pick<RunWords, "hear" | "onHeard"> {
  readonly route: Route;
  used(): ToolsUsed;
}

/** Opens them as an earlier process left them, where there was one. */
export async function openTools(
  parts: ToolsParts,
  { loop, lease, checks, others, onCall, onRefused, onRefusedCommand }: ToolsOf,
): Promise<RunTools> {
  const { runId, token } = lease;
  const file = rooms(parts).told(runId);
  let used = ToolsUsed.safeParse(parseJson((await readIfThere(file)) ?? "")).data ?? { told: {}, calls: [] };
  let written: Promise<void> = Promise.resolve();
  const keep = () => {
    written = written.catch(() => {}).then(() => writeDurably(file, JSON.stringify(used)));
    return written;
  };
  const onError = (err: unknown) => parts.log.error({ run: runId, loop: loop.id, err }, "a tool failed");
  const note = async (said: Told) => {
    const told = tellMore(used.told, withoutLease(said, token));
    if (told === null) return false;
    used = { ...used, told };
    await keep();
    return true;
  };
  const ask = async (permission: string) => asksNothingElse(used.told, permission) && note({ permission });
  /** Written before the call is made: one that is cut off has used it up too. */
  const use = async (permission: string) => {
    const { permitsUsed = [] } = used;
    if (permitsUsed.includes(permission)) return false;
    used = { ...used, permitsUsed: [...permitsUsed, permission] };
    await keep();
    return true;
  };
  const words = runWords({
    run: runId,
    kept: used.words ?? [],
    brief: () => readIfThere(join(rooms(parts).run(runId), "loop", "brief.md")),
    keep: (words) => {
      used = { ...used, words: [...words] };
      return keep();
    },
    onError,
  });
  await words.hear(loop);
  const oneAtATime = atMost(1);
  const asking = { allowed: loop.permits, denied: refusedIn(loop), ask, use };
  const own = ownServed({
    attach: (wanted) =>
      oneAtATime(async () => {
        const { attached = [] } = used;
        const came = await attach(parts, runId, wanted, attached);
        if ("why" in came) return came;
        const said = withoutLease(came.attached, token);
        used = { ...used, attached: [...attached.filter(({ id }) => id !== said.id), said] };
        await keep();
        return null;
      }),
    note,
    issue: () => readIfThere(rooms(parts).issue(runId)),
    findings: lastFound(loop),
    checks,
    words,
  });
  const route = toolGateway({
    lease,
    words,
    tools: [...own, ...others({ ask, use, keep: keepAnswered(parts, runId) })],
    earlier: used.calls.reduce((sum, { calls }) => sum + calls, 0),
    async onCall(call, named) {
      used = { ...used, calls: counted(used.calls, call) };
      onCall(call, named);
      await keep().catch(onError);
    },
    hooks: { rules: loop.rules?.commands ?? null, asking, words, onRefused: onRefusedCommand },
    onRefused,
    onError,
  });
  return { route, used: () => used, hear: words.hear, onHeard: words.onHeard };
}

/** Whether nothing else waits for a person. */
function asksNothingElse({ permission }: Told, wish: string): boolean {
  return permission === undefined || permission === wish;
}

/** What was wrong with the last attempt that was judged, where it was not accepted. */
function lastFound({ attempts }: LoopState) {
  const verdict = attempts.findLast((attempt) => attempt.verdict !== null)?.verdict;
  return verdict?.colour === "red" ? verdict.findings : [];
}

function counted(counts: readonly ToolCount[], { tool, outcome, ms, bytes }: ToolCall): ToolCount[] {
  const name = tool ?? unknownTool;
  const before = counts.find((one) => one.tool === name) ?? { calls: 0, refused: 0, failed: 0, ms: 0, bytes: 0 };
  const next = {
    tool: name,
    calls: before.calls + 1,
    refused: before.refused + (outcome === "refused" ? 1 : 0),
    failed: before.failed + (outcome === "failed" ? 1 : 0),
    ms: before.ms + ms,
    bytes: before.bytes + bytes,
  };
  return counts.some((one) => one.tool === name)
    ? counts.map((one) => (one.tool === name ? next : one))
    : [...counts, next];
}

/** What an agent says goes to the thread: the lease it holds does not. */
function withoutLease<Said extends object>(said: Said, token: string): Said {
  return JSON.parse(JSON.stringify(said).replaceAll(token, "[lease]"));
}
