// What a run was made of and what it came to, in files that outlive the run: enough to repeat it without asking anybody.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { parseJson } from "../base/parse-json.ts";
import type { Running, RunRequest } from "../container/run.ts";
import type { ContainerSpec } from "../container/spec/body.ts";
import type { Log, RunOrder, RunReport } from "../engine/ports.ts";
import { keepCommit, treeOf } from "../gateway/git/kept.ts";
import type { Quarantine } from "../gateway/git/quarantine.ts";
import { rulesOf } from "../loop/begin.ts";
import { dollarsOf, nanoOf } from "../loop/money.ts";
import { type ImageUsed, noTokens, type Provenance, type SetUp, Tokens, type ToolCount } from "../loop/state.ts";
import type { Told } from "../verify/told.ts";
import type { FileParts } from "./files.ts";
import { roleOf } from "./role.ts";
import { rooms } from "./rooms.ts";
import type { Spent } from "./spending.ts";
import { writeWhole } from "./whole-file.ts";

export interface ProvenanceParts extends FileParts {
  readonly log: Log;
}

/** A run as it was ordered. The run's lease stands as `[lease]` wherever it was. */
export interface RecordedOrder {
  readonly version: 1;
  /** With the loop as it was then: its rules, its commits, what it had spent. */
  readonly order: Omit<RunOrder, "brief">;
  readonly briefSha256: string;
  readonly runtime: "docker" | "process";
  /** Whom its commits were by. */
  readonly identity: { readonly name: string; readonly email: string };
  readonly image: ImageUsed | null;
  readonly request: RunRequest;
  /** What the engine was told; null where no container was made, or another process made it. */
  readonly specs: readonly ContainerSpec[] | null;
}

/** What a run came to, with what is compared when it is repeated. */
export interface RecordedEnd {
  readonly version: 1;
  readonly status: RunReport["status"];
  readonly exitCode: number | null;
  readonly note: string;
  /** The commit that an executor pushed, and its tree; null: nothing was pushed. */
  readonly head: string | null;
  readonly tree: string | null;
  readonly result: string | null;
  /** What the agent said by its tools; absent: nothing. */
  readonly told?: Told;
  readonly toolCalls?: readonly ToolCount[];
  readonly agentVersion: string | null;
  readonly readyMs: number | null;
  readonly spentUsd: number;
  readonly tokens: Tokens;
}

const orderFile = "order.json";
const briefFile = "brief.md";
const endFile = "end.json";
const outputFile = "output.log";

/** Where the commits of a recorded run are kept. */
export function keptObjects(parts: Pick<FileParts, "dataDir">, run: string): string {
  return join(rooms(parts).provenance(run), "objects");
}

export interface StartedFrom {
  readonly order: RunOrder;
  readonly startFrom: string;
  readonly request: RunRequest;
  readonly token: string;
  readonly quarantine: Quarantine;
  readonly running: Running;
  /** How it came by what its set-up leaves; null: it has none. */
  readonly setUp: SetUp | null;
}

/** Writes down what a run was made of, and says it in short. A run does not fail for want of its record. */
export async function recordStart(parts: ProvenanceParts, started: StartedFrom): Promise<Provenance> {
  const { order, startFrom, running, quarantine } = started;
  const role = roleOf(order);
  const { reference, id, digest } = { ...running.facts.image, reference: role.image };
  const image = running.facts.runtime === "process" ? null : { reference, id, digest };
  const orderSha256 = await writeOrder(parts, started, image).catch((error) => {
    parts.log.warn({ run: order.id, err: error }, "what a run was made of could not be written down; it goes on");
    return null;
  });
  return {
    orderSha256,
    policySha256: sha256(JSON.stringify(rulesOf(order.loop))),
    base: quarantine.base.sha,
    startFrom,
    image,
    agent: role.agent,
    agentVersion: null,
    readyMs: null,
    ...(started.setUp === null ? {} : { setUp: started.setUp }),
    ...servicesOf(order, running.specs ?? null),
  };
}

/** What the images of a run's services meant, by the policy's own references, as its containers were made of them. */
export function servicesOf(
  { loop }: Pick<RunOrder, "loop">,
  specs: readonly ContainerSpec[] | null,
): Pick<Provenance, "services"> {
  const named = new Set(rulesOf(loop).environment?.services?.map(({ image }) => image));
  const services = (specs ?? []).flatMap(({ part, body }): ImageUsed[] => {
    const { "loopgate.image": reference = "", "loopgate.digest": digest = "" } = body.Labels;
    return part === "service" && named.has(reference) ? [{ reference, id: body.Image, digest: digest || null }] : [];
  });
  return services.length === 0 ? {} : { services };
}

async function writeOrder(parts: ProvenanceParts, started: StartedFrom, image: ImageUsed | null): Promise<string> {
  const { order, startFrom, request, token, quarantine, running } = started;
  const dir = rooms(parts).provenance(order.id);
  const known = await readFile(join(dir, orderFile), "utf8").catch(() => null);
  if (known !== null) return sha256(known); // started again after an unknown outcome: what was written first holds
  const { brief, ...ordered } = order;
  const recorded: RecordedOrder = {
    version: 1,
    order: { ...ordered, startFrom },
    briefSha256: sha256(brief),
    runtime: running.facts.runtime,
    identity: parts.identity,
    image,
    request,
    specs: running.specs ?? null,
  };
  const text = `${JSON.stringify(recorded, null, 2).replaceAll(token, "[lease]")}\n`;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await keepCommit(quarantine, startFrom, keptObjects(parts, order.id));
  await writeWhole(join(dir, briefFile), brief);
  await writeWhole(join(dir, orderFile), text);
  return sha256(text);
}

export interface EndedWith {
  readonly run: string;
  readonly quarantine: Quarantine;
  readonly report: RunReport;
}

/** Writes down what a run came to and keeps what it pushed. Never throws: what cannot be written is logged. */
export async function recordEnd(parts: ProvenanceParts, ended: EndedWith): Promise<void> {
  const { run, quarantine, report } = ended;
  const head = report.pushed?.head ?? null;
  try {
    if (head !== null) await keepCommit(quarantine, head, keptObjects(parts, run));
    const { status, exitCode, note, result, told, toolCalls, agentVersion = null, readyMs = null } = report;
    const { spentNano = 0, tokens = noTokens } = report;
    const spentUsd = dollarsOf(spentNano);
    const tree = head === null ? null : await treeOf(quarantine.gitDir, head);
    const facts = {
      version: 1,
      status,
      exitCode,
      note,
      head,
      tree,
      result,
      told,
      toolCalls,
      agentVersion,
      readyMs,
      spentUsd,
      tokens,
    };
    const end = facts satisfies Record<keyof RecordedEnd, unknown>;
    await mkdir(rooms(parts).provenance(run), { recursive: true, mode: 0o700 });
    await writeWhole(join(rooms(parts).provenance(run), outputFile), report.log);
    await writeWhole(join(rooms(parts).provenance(run), endFile), `${JSON.stringify(end, null, 2)}\n`);
  } catch (error) {
    parts.log.warn({ run, err: error }, "what a run came to could not be written down");
  }
}

/** What a run came to spend, which stays known once it is cleared away; null where its end was not written down. */
export async function recordedSpending(parts: Pick<FileParts, "dataDir">, run: string): Promise<Spent | null> {
  const { end } = await readRecorded(parts, run);
  const read = SpentInEnd.safeParse(parseJson(end ?? ""));
  return read.success ? { spentNano: nanoOf(read.data.spentUsd), tokens: read.data.tokens } : null;
}

const SpentInEnd = z.object({ spentUsd: z.number().nonnegative(), tokens: Tokens });

/** Removes what was written down of runs of which nothing was written since `before`, in epoch milliseconds; resolves to their ids. */
export async function forgetRecords(parts: Pick<FileParts, "dataDir">, before: number): Promise<readonly string[]> {
  const runs = await readdir(rooms(parts).provenance("")).catch(() => []);
  const forgotten: string[] = [];
  for (const run of runs) {
    const dir = rooms(parts).provenance(run);
    const facts = await stat(dir).catch(() => null); // gone meanwhile
    if (facts === null || facts.mtimeMs >= before) continue;
    await rm(dir, { recursive: true, force: true });
    forgotten.push(run);
  }
  return forgotten;
}

/** The files of one recorded run as they are read: each null where it is gone. */
export interface RecordedFiles {
  readonly order: string | null;
  readonly brief: string | null;
  readonly end: string | null;
  /** What it wrote, capped; its lease taken out. */
  readonly output: string | null;
}

/** Reads the files of one recorded run. */
export async function readRecorded(parts: Pick<FileParts, "dataDir">, run: string): Promise<RecordedFiles> {
  const dir = rooms(parts).provenance(run);
  const read = (name: string) => readFile(join(dir, name), "utf8").catch(() => null);
  const files = [orderFile, briefFile, endFile, outputFile].map(read);
  const [order = null, brief = null, end = null, output = null] = await Promise.all(files);
  return { order, brief, end, output };
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
