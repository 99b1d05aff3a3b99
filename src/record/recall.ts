// A record's older attempts with the detail that their own comments kept; nothing that a decision reads comes from there.
import type { Attempt, LoopState, RunFacts } from "../loop/state.ts";

/** The state, and the numbers of the attempts of which only what decisions read is left. */
export interface Recalled {
  readonly state: LoopState;
  readonly gone: readonly number[];
}

/**
 * Fills in what the record forgot from the facts of the attempts' comments, where they are there and sealed. The last
 * attempt, which the next brief and the next decision read, stays as the record has it; so do, of every attempt, its
 * number, times, commits, whether it counted, and the colour and fingerprint of its verdict.
 */
export function recallDetail(record: LoopState, facts: ReadonlyMap<number, Attempt>): Recalled {
  const gone: number[] = [];
  const attempts = record.attempts.map((attempt, index) => {
    if (index === record.attempts.length - 1 || !isForgetful(attempt)) return attempt;
    const kept = facts.get(attempt.number);
    if (kept !== undefined && kept.base === attempt.base && kept.head === attempt.head) return filled(attempt, kept);
    gone.push(attempt.number);
    return attempt;
  });
  return { state: { ...record, attempts }, gone };
}

/** A judged attempt always had parts, and one that ran had runs whose briefs are known. */
function isForgetful({ verdict, runs }: Attempt): boolean {
  return verdict?.parts.length === 0 || runs.length === 0 || runs.some((run) => run.briefSha256 === null);
}

function filled(attempt: Attempt, kept: Attempt): Attempt {
  const { change, verdict } = attempt;
  return {
    ...attempt,
    runs:
      costOf(kept.runs) >= costOf(attempt.runs) ? kept.runs.map((run) => asDecided(run, attempt.runs)) : attempt.runs,
    claim: attempt.claim ?? kept.claim,
    review: attempt.review ?? kept.review,
    ...(attempt.checks?.length === 0 && kept.checks !== undefined ? { checks: kept.checks } : {}),
    ...(attempt.knockOut === undefined && kept.knockOut != null ? { knockOut: kept.knockOut } : {}),
    ...(attempt.gaming === undefined && kept.gaming !== undefined ? { gaming: kept.gaming } : {}),
    ...(attempt.trace === undefined && kept.trace !== undefined ? { trace: kept.trace } : {}),
    change: change && filledChange(change, kept.change),
    verdict: verdict && {
      ...verdict,
      parts: verdict.parts.length > 0 ? verdict.parts : (kept.verdict?.parts ?? []),
      findings: verdict.findings.length > 0 ? verdict.findings : (kept.verdict?.findings ?? []),
    },
  };
}

function filledChange(change: NonNullable<Attempt["change"]>, kept: Attempt["change"]): Attempt["change"] {
  const heaviest = change.heaviest ?? kept?.heaviest;
  return {
    ...change,
    paths: change.paths.length > 0 ? change.paths : (kept?.paths ?? []),
    ...(heaviest === undefined ? {} : { heaviest }),
  };
}

/** How a run ended is for the record to say, where it still does. */
function asDecided(run: RunFacts, recorded: readonly RunFacts[]): RunFacts {
  const known = recorded.find(({ id }) => id === run.id);
  return known === undefined ? run : { ...run, role: known.role, status: known.status, endedAt: known.endedAt };
}

function costOf(runs: readonly RunFacts[]): number {
  return runs.reduce((sum, run) => sum + run.spentNano, 0);
}
