// What one run of an own check is given: a clean checkout, no way out, and nothing that an earlier run left.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Beneath, OutputWatch, Running, RunRequest, Runtime } from "../container/run.ts";
import type { RunOrder } from "../engine/ports.ts";
import { makeAsOnBase } from "../gateway/git/as-on-base.ts";
import type { Quarantine } from "../gateway/git/quarantine.ts";
import { replaceFiles } from "../gateway/git/replaced.ts";
import { makeCheckout } from "../gateway/git/workspace.ts";
import { rulesOf } from "../loop/begin.ts";
import type { OwnCheck } from "../loop/state.ts";
import { isOneOf } from "../policy/paths.ts";
import type { Replaced } from "../verify/knock-out/hunk.ts";
import { removeMatching } from "./check-files.ts";
import { fetchLoopBranch, type QuarantineParts, quarantineOf } from "./quarantine.ts";
import { environmentIn, limitsIn, type RequestParts, requestOf, servicesFor } from "./request.ts";
import type { Fill, SetUpParts } from "./set-up.ts";

export interface CheckParts extends SetUpParts {
  readonly origin: RequestParts["origin"] & QuarantineParts["origin"];
}

/** What is run, and where. */
export interface CheckRoom {
  /** Holds `workspace` and `loop`; no container has seen them yet. */
  readonly dir: string;
  readonly check: Pick<OwnCheck, "command" | "reports" | "artifacts">;
  readonly quarantine: Quarantine;
  /** Gives it what a set-up leaves; null: policy asks for none. */
  readonly fill: Fill | null;
  readonly replaced?: readonly Replaced[];
}

const logBytes = 256 * 1024;

/** The quarantine of the run, with what it judges in it. Throws Fault. */
export async function filled(parts: CheckParts, { loop, id, check }: RunOrder): Promise<Quarantine> {
  const quarantine = await quarantineOf(parts, loop, id);
  if (check?.at !== "base") await fetchLoopBranch(parts, loop, quarantine);
  return quarantine;
}

/** Patterns of files that this run sees as the base has them. */
export function asOnBaseFor({ loop, check }: RunOrder): readonly string[] {
  return check?.at === "base" ? [] : (rulesOf(loop).asOnBase ?? []);
}

/** The folders of a run that has none of its own; what is in them stays. */
export async function makeRoom(dir: string): Promise<void> {
  await mkdir(join(dir, "workspace"), { recursive: true });
  await mkdir(join(dir, "loop", "out"), { recursive: true });
  await writeFile(join(dir, "loop", "brief.md"), "");
}

/**
 * The commit's files, those that policy wants so as the base has them, what the set-up leaves, and no report of an earlier run: one that
 * only shows from below is not read. Resolves to what the workspace stands on.
 */
export async function fillRoom(parts: CheckParts, order: RunOrder, room: CheckRoom): Promise<Beneath | null> {
  const { identity } = parts;
  const { check, quarantine, replaced = [] } = room;
  const dir = join(room.dir, "workspace");
  await makeCheckout({ dir, quarantine, identity, commit: order.startFrom });
  const patterns = asOnBaseFor(order);
  if (patterns.length > 0) await makeAsOnBase(dir, quarantine, order.startFrom, isOneOf(patterns));
  if (replaced.length > 0) await replaceFiles(dir, join(dir, ".git"), replaced);
  const beneath = (await room.fill?.(dir)) ?? null;
  await removeMatching(dir, [...check.reports, ...check.artifacts]); // of what the set-up leaves, too
  return beneath;
}

/** As any run is asked for, but for its command, and with no way out at all. */
export function checkRequest(
  parts: CheckParts,
  order: RunOrder,
  { dir, check, quarantine }: CheckRoom,
  { id, deadlineMs }: { readonly id: string; readonly deadlineMs: number },
): RunRequest {
  const rules = rulesOf(order.loop);
  const { image } = requestOf(parts, order, { objectsDir: "" }, "");
  return {
    id,
    loop: order.loop.id,
    attempt: order.attempt,
    role: "check",
    epoch: parts.epoch,
    image,
    command: check.command,
    workspaceDir: join(dir, "workspace"),
    objectsDir: quarantine.objectsDir,
    loopDir: join(dir, "loop"),
    gatewaySocket: null,
    env: {},
    ...environmentIn(rules),
    ...servicesFor(parts, order),
    limits: { ...parts.limits, ...limitsIn(rules), deadlineMs, logBytes },
    ...(parts.ociRuntime === null ? {} : { runtime: parts.ociRuntime }),
  };
}

/** Starts a run that whoever hears its output may end; output may come before the run is known. Throws Fault. */
export async function startHeard(
  runtime: Runtime,
  request: RunRequest,
  watch: ((chunk: Buffer, end: () => void) => void) | undefined,
): Promise<Running> {
  if (watch === undefined) return runtime.start(request);
  const ended = Promise.withResolvers<void>();
  const hear: OutputWatch = (_, chunk) => watch(chunk, ended.resolve);
  const running = await runtime.start(request, hear);
  void ended.promise.then(() => running.stop("a test was red"));
  return running;
}
