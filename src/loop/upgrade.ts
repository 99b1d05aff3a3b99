// Brings what an earlier version stored or sealed into today's shape, before it is read as a state, an event or an effect.

import { Gone, RecordFault } from "./cause.ts";
import { withClock } from "./upgrade-clock.ts";
import { gateEffect, gateEvent, withGate } from "./upgrade-gate.ts";
import { withNanoEvent, withNanoMoney } from "./upgrade-money.ts";

/** A state of any earlier version, as JSON, in today's shape; what is no state is given back as it is. */
export function upgradeState(stored: unknown): unknown {
  if (!isObject(stored)) return stored;
  const state = withNanoMoney(withGate(withClock(stored)));
  return { ...state, ending: upgradeEnding(stored.ending), resumeAt: upgradeHalt(stored.resumeAt) };
}

/** Endings once held a sentence instead of facts: it is shown as it was said. */
function upgradeEnding(ending: unknown): unknown {
  if (!isObject(ending) || "of" in ending || typeof ending.detail !== "string") return ending;
  const { detail, ...rest } = ending;
  return { ...rest, of: "told", said: detail };
}

function upgradeHalt(resumeAt: unknown): unknown {
  return isObject(resumeAt) ? { ...resumeAt, why: told(resumeAt.why) } : resumeAt;
}

function told(why: unknown): unknown {
  return typeof why === "string" ? { of: "told", said: why } : why;
}

/** An effect that an earlier version stored and did not perform, as JSON, in today's shape. */
export function upgradeEffect(stored: unknown): unknown {
  if (!isObject(stored)) return stored;
  if (stored.type !== "reply" || !isObject(stored.reply)) return gateEffect(stored);
  const { reply } = stored;
  return "why" in reply ? { ...stored, reply: { ...reply, why: told(reply.why) } } : stored;
}

/** An event that an earlier version stored and did not handle, as JSON, in today's shape. */
export function upgradeEvent(stored: unknown): unknown {
  if (!isObject(stored)) return stored;
  if (stored.type === "issue_gone") return { ...stored, why: upgradeGone(stored.why) };
  if (stored.type === "restored") return { ...stored, record: upgradeState(stored.record) };
  if (stored.type === "record_tampered" && !RecordFault.safeParse(stored.why).success)
    return { ...stored, why: "edited" };
  return gateEvent(withNanoEvent(stored));
}

/** What is gone was once told in a sentence. */
function upgradeGone(why: unknown): Gone {
  const known = Gone.safeParse(why);
  return known.success ? known.data : (goneOf[String(why)] ?? "issue_missing");
}

const goneOf: Readonly<Record<string, Gone>> = {
  "The issue was deleted.": "issue_deleted",
  "The issue was transferred to another repository.": "issue_transferred",
  "The repository was deleted.": "repository_deleted",
  "The repository was archived.": "repository_archived",
  "The repository was transferred to another owner.": "repository_transferred",
  "The repository was made public.": "repository_publicized",
  "The App's access to the repository was removed.": "access_removed",
  "The App was uninstalled.": "app_uninstalled",
  "The App's installation was suspended.": "app_suspended",
};

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
