// The results folder: what each commit's tests prove, and how each task ended, each in a file that outlasts a power cut.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { Fault, toFault } from "../base/fault.ts";
import { parseJson } from "../base/parse-json.ts";
import { StopReason } from "../loop/cause.ts";
import { NanoUsd } from "../loop/money.ts";
import { Tokens } from "../loop/state.ts";
import { sha256 } from "../runs/provenance.ts";
import { writeDurably } from "../runs/whole-file.ts";
import { isRunning } from "./rerun-leftovers.ts";

const Keys = z.array(z.string()).readonly();
const Proving = z.union([
  z.object({
    ok: z.literal(true),
    proof: z.object({ failToPass: Keys, passToPass: Keys, redAnyway: Keys }),
  }),
  z.object({ ok: z.literal(false), why: z.enum(["red_on_commit", "green_on_parent", "no_evidence"]), names: Keys }),
]);

/** How a task ended. Times in milliseconds. */
const TaskEnd = z.object({
  outcome: z.enum(["solved", "red", "false_green", "not_judged"]),
  verdict: z.enum(["green", "red", "pending"]).nullable(), // the policy's on the last commit
  hidden: z.object({ colour: z.enum(["green", "red"]), failed: Keys }).nullable(),
  reason: StopReason.nullable(), // null: the loop came to its gate
  said: z.string(), // what it ended with: a question, or the titles of what was red; untrusted, cut for length
  attempts: z.number().int(),
  ms: z.number().int(), // of the loop, without the hidden tests
  spentNano: NanoUsd,
  tokens: Tokens,
  head: z.string().nullable(), // the commit that the hidden tests judged
  patch: z.string(), // what it changes, cut for length
});
export type TaskEnd = z.infer<typeof TaskEnd>;

/** A task that was begun; without an end, it begins again. */
const Begun = z.object({
  commit: z.string(),
  agent: z.string(),
  /** What tries that came to no end spent, where that is known, and else the most that they may have. */
  lostNano: NanoUsd,
  end: TaskEnd.nullable(),
});
export type Begun = z.infer<typeof Begun>;

export interface Results {
  /** What was found before for the same question; null: nothing. Throws Fault where it cannot be read. */
  proving(question: object): Promise<z.infer<typeof Proving> | null>;
  keepProving(question: object, proving: z.infer<typeof Proving>): Promise<void>;
  task(question: object): Promise<Begun | null>;
  keepTask(question: object, begun: Begun): Promise<void>;
}

/** Opens the folder, which is made where there is none. A question that differs in anything is another one. Throws Fault. */
export async function openResults(dir: string): Promise<Results> {
  const fileOf = (kind: string, question: object) =>
    join(dir, kind, `${sha256(JSON.stringify(question)).slice(0, 24)}.json`);
  await Promise.all(["proofs", "tasks"].map((kind) => mkdir(join(dir, kind), { recursive: true, mode: 0o700 }))).catch(
    (cause) => {
      throw toFault(cause, `Could not make the results folder ${dir}`);
    },
  );
  const keep = (kind: string, question: object, found: object) =>
    writeDurably(fileOf(kind, question), `${JSON.stringify({ version: 1, question, found }, null, 2)}\n`).catch(
      (cause) => {
        throw toFault(cause, `Could not keep a result in ${dir}`);
      },
    );
  return {
    proving: (question) => readFound(fileOf("proofs", question), Proving),
    keepProving: (question, proving) => keep("proofs", question, proving),
    task: (question) => readFound(fileOf("tasks", question), Begun),
    keepTask: (question, begun) => keep("tasks", question, begun),
  };
}

/**
 * Keeps the folder to this process, so that nothing is paid for twice at the same time; resolves to what gives it back. Throws
 * Fault where another process has it. What a process that is gone left is taken over.
 */
export async function holdResults(dir: string): Promise<() => Promise<void>> {
  const file = join(dir, "process");
  const holder = Number(await readFile(file, "utf8").catch(() => ""));
  if (holder > 0 && holder !== process.pid && isRunning(holder)) {
    const message = `Process ${holder} is at work on the results in ${dir}. Wait for it, name another folder with --out, or remove ${file} if that is another program.`;
    throw new Fault(message, { kind: "conflict", retry: "later" });
  }
  await rm(file, { force: true });
  await writeFile(file, String(process.pid), { flag: "wx" }).catch((cause) => {
    throw toFault(cause, `Could not take the results folder ${dir}`);
  });
  return () => rm(file, { force: true });
}

async function readFound<T>(file: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw toFault(error, `Could not read ${file}`);
  });
  if (text === null) return null;
  const read = z.object({ version: z.literal(1), found: schema }).safeParse(parseJson(text));
  if (read.success) return read.data.found;
  const message = `${file} is not a result that this version can read. Move it away to have it made anew, or name another folder with --out.`;
  throw new Fault(message, { kind: "invalid", retry: "never" });
}
