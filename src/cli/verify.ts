// `loopgate verify`: the verdict about one commit of any local repository, without GitHub and without an account.
import { mkdtemp, realpath, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fault } from "../base/fault.ts";
import { changeBase } from "../gateway/git/quarantine.ts";
import { removeWorkspace } from "../gateway/git/workspace.ts";
import { parsePolicy } from "../policy/parse.ts";
import { environmentOf } from "../policy/rules.ts";
import type { Policy } from "../policy/schema.ts";
import { judgeCommit } from "../verify/checked.ts";
import { withCleanup } from "./cleanup.ts";
import { interruptible } from "./interrupt.ts";
import { environmentFilesAt, withServices } from "./local-policy.ts";
import type { Terminal } from "./terminal.ts";
import { readNamed, UsageError } from "./usage.ts";
import { checkHere, gamingIn, imageOf, risksIn } from "./verify-judge.ts";
import { fileAt, type LocalRepository, openRepository } from "./verify-repository.ts";
import { openVerifyRuntime } from "./verify-runtime.ts";
import { asJson, asMarkdown, asSarif, asText, type Verified } from "./verify-words.ts";

export interface VerifyOptions {
  readonly repo: string;
  readonly base: string;
  readonly head: string;
  /** Null: the base's own `.github/loop.yml`, which the change cannot have written. */
  readonly policy: string | null;
  readonly image: string | null;
  readonly unsealed: boolean;
  /** How many hunks are taken back; null: as many as policy says. */
  readonly knockOut: number | null;
  /** How many of them are tried side by side. */
  readonly jobs: number;
  readonly json: boolean;
  readonly sarif: string | null;
  readonly summary: string | null;
}

const exitCodes = { green: 0, red: 1, no_evidence: 2 } as const;

/** 0 green, 1 red, 2 no evidence, 130 after Ctrl-C. Where the world fails nothing was judged: 2. Throws UsageError. */
export async function verify(options: VerifyOptions, terminal: Terminal): Promise<number> {
  try {
    return await verdict(options, terminal);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    terminal.err(`loopgate: ${error.message}\n`);
    return exitCodes.no_evidence;
  }
}

function verdict(options: VerifyOptions, terminal: Terminal): Promise<number> {
  return interruptible((signal) =>
    withCleanup(terminal, async (cleanup) => {
      const scratchDir = await realpath(await mkdtemp(join(tmpdir(), "loopgate-verify-")));
      cleanup.add(scratchDir, () => removeWorkspace(scratchDir));
      const repository = await openRepository({ ...options, dir: options.repo }, scratchDir);
      const { policy, from } = await policyFor(options, repository);
      const fork = await changeBase(
        { gitDir: repository.gitDir, base: { sha: repository.base, branch: "base" } },
        repository.head,
      );
      const theseParts = { command: "verify", settings: null, scratchDir, terminal, cleanup } as const;
      const judged = { ...repository, base: fork };
      const runtime =
        policy.checks.run.length === 0
          ? null
          : await openVerifyRuntime({ ...options, ...theseParts, objectsDir: repository.objectsDir });
      const image = imageOf(options, policy);
      const environment = environmentOf(policy);
      const name = `verify-${process.pid}`;
      const parts = runtime && { name, repository: judged, runtime, image, environment, scratchDir, signal };
      const risks = await risksIn(judged, policy);
      const gaming = await gamingIn(judged, policy);
      const judging = { ...options, policy, asksBaseOfNothing: false };
      const shown = parts === null ? { checks: [] } : await checkHere(parts, judging, terminal);
      const checked = judgeCommit({ risks, ...shown, gaming });
      const verified: Verified = {
        base: fork,
        head: repository.head,
        policyFrom: from,
        sealed: !options.unsealed,
        risks,
        checked,
      };
      await tell(verified, options, terminal);
      return exitCodes[checked.colour];
    }),
  );
}

async function policyFor(
  { policy }: VerifyOptions,
  repository: LocalRepository,
): Promise<{ policy: Policy; from: string }> {
  const text =
    policy === null ? await fileAt(repository, repository.base, ".github/loop.yml") : await readNamed(policy);
  const parsed = parsePolicy(text);
  const from = policy ?? ".github/loop.yml of the base";
  if (!parsed.ok) throw new UsageError(`${from}, ${parsed.message}`);
  return {
    policy: withServices(parsed.policy, await environmentFilesAt(parsed.policy, repository, repository.base), from),
    from: text === null ? "the default policy, as the base has no .github/loop.yml" : from,
  };
}

async function tell(verified: Verified, { json, sarif, summary }: VerifyOptions, { out }: Terminal): Promise<void> {
  if (sarif !== null) await writeFile(sarif, asSarif(verified));
  if (summary !== null) await writeFile(summary, asMarkdown(verified), { flag: "a" });
  out(json ? asJson(verified) : asText(verified));
}
