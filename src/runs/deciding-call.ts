// Which of a run's model calls tells how its work ended: not simply the last one, which may be an errand such as a title.
import type { ModelCall } from "../gateway/model/provider.ts";

/** Hears a run's calls as they end. */
export interface Deciding {
  hear(call: ModelCall): void;
  /** The call that tells; null where none does. */
  call(): ModelCall | null;
}

/**
 * The last call that offers tools, since that is the agent at work, or the last call of an agent that offers none. Errands
 * (titles, summaries), counts, requests that could never leave, and answers that nobody waited for any more tell nothing.
 */
export function decidingCall(): Deciding {
  let work: ModelCall | null = null;
  let errand: ModelCall | null = null;
  return {
    hear(call) {
      if (call.kind !== "generate" || isUnheard(call)) return;
      if (call.offersTools) work = call;
      else errand = call;
    },
    call: () => work ?? errand,
  };
}

/** An agent that ended at the refusal of one call leaves others behind, which end well with nobody there. */
function isUnheard({ clientGone, outcome }: ModelCall): boolean {
  return clientGone && (outcome === "complete" || outcome === "usage_missing");
}

/** No answer, half an answer, an error of the server's, too many requests, or the App's own key refused. */
export function isProvidersFault(call: ModelCall | null): boolean {
  if (call === null) return false;
  const { outcome, status, problem } = call;
  if (outcome !== "declined") return ["cut", "silent", "unreachable", "unreadable"].includes(outcome);
  return problem === "key_refused" || status === 429 || (status ?? 0) >= 500;
}
