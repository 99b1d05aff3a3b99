// What a person wants added to a loop's limits, read strictly: an amount that could mean two things means nothing.
import { type NanoUsd, nanoOf } from "./money.ts";

const minute = 60_000;

/** One amount, of one thing. */
export type Amount =
  | { readonly of: "money"; readonly nano: NanoUsd }
  | { readonly of: "attempts"; readonly count: number }
  | { readonly of: "time"; readonly ms: number };

/** What is wrong with the words. */
export type AmountFault =
  | "nothing" // no amount at all
  | "no_plus" // an amount without a sign: it could be meant as the new limit
  | "negative"
  | "zero"
  | "fraction" // of an attempt, a minute or a cent
  | "too_much" // absurd, whatever the bounds are
  | "no_unit"
  | "tokens" // nothing limits them
  | "not_time" // `/loop extend` adds time only
  | "for" // what stands after `for` is no time
  | "unclear";

export type ReadAmount =
  | { readonly ok: true; readonly amount: Amount; readonly forMs: number | null } // null: for good
  | { readonly ok: false; readonly fault: AmountFault };

/** Nobody means more than this. */
const most = { usd: 10_000, attempts: 100, ms: 30 * 24 * 60 * minute } as const;

const timeUnits: readonly [RegExp, number][] = [
  [/^(?:m|min|mins|minutes?)$/, minute],
  [/^(?:h|hours?)$/, 60 * minute],
  [/^(?:d|days?)$/, 24 * 60 * minute],
];

/**
 * Reads what follows `/loop budget` (`+$5`, `+2 attempts`, `+90m`, each also with `for 24h`) or `/loop extend` (`2h`, with or
 * without a plus).
 */
export function readAmount(verb: "budget" | "extend", argument: string): ReadAmount {
  const words = argument.trim().toLowerCase().replace(/\s+/g, " ");
  if (words === "") return { ok: false, fault: "nothing" };
  const [what = "", until, ...more] = words.split(/(?:^| )for(?= |$)/).map((part) => part.trim());
  const amount = amountIn(what, verb);
  if (typeof amount === "string") return { ok: false, fault: amount };
  if (until === undefined) return { ok: true, amount, forMs: null };
  const [, digits = "", unit = ""] = /^(\d{1,6}) ?([a-z]+)$/.exec(until) ?? [];
  const forMs = timeIn(digits, unit);
  if (more.length > 0 || forMs === null || forMs === 0 || forMs > most.ms) return { ok: false, fault: "for" };
  return { ok: true, amount, forMs };
}

function amountIn(words: string, verb: "budget" | "extend"): Amount | AmountFault {
  if (words === "") return "nothing";
  const [, sign = "", before = "", number = "", unit = ""] =
    /^([+−-]?) ?(\$?) ?(\d[\d.,_]*) ?(\$|[a-z]*(?: tokens?)?)$/u.exec(words) ?? [];
  if (number === "" || (before !== "" && unit !== "" && unit !== "usd")) return "unclear";
  if (sign !== "" && sign !== "+") return "negative";
  if (!/^\d{1,9}(?:\.\d{1,9})?$/.test(number)) return "unclear";
  if (/tokens?$/.test(unit)) return "tokens";
  const isMoney = before !== "" || /^(?:\$|usd|dollars?)$/.test(unit);
  if (unit === "" && !isMoney) return "no_unit";
  const amount = isMoney ? money(number) : counted(number, unit);
  if (typeof amount === "string") return amount;
  if (verb === "extend" && amount.of !== "time") return "not_time";
  return sign === "" && verb === "budget" ? "no_plus" : amount;
}

function money(number: string): Amount | AmountFault {
  if (!/^\d+(?:\.\d{1,2})?$/.test(number)) return "fraction";
  const usd = Number(number);
  if (usd === 0) return "zero";
  return usd > most.usd ? "too_much" : { of: "money", nano: nanoOf(usd) };
}

function counted(number: string, unit: string): Amount | AmountFault {
  const ms = timeIn("1", unit);
  if (ms === null && !/^attempts?$/.test(unit)) return "unclear";
  if (!/^\d+$/.test(number)) return "fraction";
  const count = Number(number);
  if (count === 0) return "zero";
  if (ms === null) return count > most.attempts ? "too_much" : { of: "attempts", count };
  return count * ms > most.ms ? "too_much" : { of: "time", ms: count * ms };
}

/** Milliseconds; null: it is no time. */
function timeIn(digits: string, unit: string): number | null {
  const each = timeUnits.find(([known]) => known.test(unit))?.[1];
  return digits === "" || each === undefined ? null : Number(digits) * each;
}
