// What people add to a loop's limits: how the words are read, and that no limit is ever passed, whatever comes in between.
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type AmountFault, readAmount } from "../../src/loop/amount.ts";
import { decide } from "../../src/loop/decide.ts";
import { loopMsOf } from "../../src/loop/grants.ts";
import { spentOf } from "../../src/loop/money.ts";
import { LoopState } from "../../src/loop/state.ts";
import { hour, minute } from "./builder.ts";
import { readEvent } from "./script.ts";

const usd = (amount: number) => ({ of: "money", nano: amount * 1e9 });

describe("an amount is read strictly", () => {
  it.each([
    ["budget", "+$5", usd(5), null],
    ["budget", " + $5.25 ", usd(5.25), null],
    ["budget", "+5$", usd(5), null],
    ["budget", "+5 USD for 24h", usd(5), 24 * hour],
    ["budget", "+$5 FOR 2 days", usd(5), 48 * hour],
    ["budget", "+1 attempt", { of: "attempts", count: 1 }, null],
    ["budget", "+2 attempts for 90m", { of: "attempts", count: 2 }, 90 * minute],
    ["budget", "+90 minutes", { of: "time", ms: 90 * minute }, null],
    ["extend", "2h", { of: "time", ms: 2 * hour }, null],
    ["extend", "+1 day", { of: "time", ms: 24 * hour }, null],
  ] as const)("/loop %s %s", (verb, words, amount, forMs) => {
    expect(readAmount(verb, words)).toEqual({ ok: true, amount, forMs });
  });

  it.each<[string, "budget" | "extend", AmountFault]>([
    ["", "budget", "nothing"],
    ["for 24h", "budget", "nothing"],
    ["$5", "budget", "no_plus"],
    ["2 attempts", "budget", "no_plus"],
    ["-$5", "budget", "negative"],
    ["−$5", "budget", "negative"],
    ["-2h", "extend", "negative"],
    ["+$0", "budget", "zero"],
    ["+$0.00", "budget", "zero"],
    ["0h", "extend", "zero"],
    ["+$0.001", "budget", "fraction"],
    ["+1.5 attempts", "budget", "fraction"],
    ["1.5h", "extend", "fraction"],
    ["+$999999999", "budget", "too_much"],
    ["+101 attempts", "budget", "too_much"],
    ["31d", "extend", "too_much"],
    ["+5", "budget", "no_unit"],
    ["2", "extend", "no_unit"],
    ["+100000 tokens", "budget", "tokens"],
    ["+100k tokens", "budget", "tokens"],
    ["+$5", "extend", "not_time"],
    ["+$5 for", "budget", "for"],
    ["+$5 for ever", "budget", "for"],
    ["+$5 for 0h", "budget", "for"],
    ["+$5 for 31d", "budget", "for"],
    ["+$5 for 24h for 24h", "budget", "for"],
    ["+$5 or so", "budget", "unclear"],
    ["+€5", "budget", "unclear"],
    ["+$5,50", "budget", "unclear"],
    ["+$1e3", "budget", "unclear"],
    ["+$5h", "budget", "unclear"],
    ["+$5 +2 attempts", "budget", "unclear"],
    ["five dollars", "budget", "unclear"],
    ["2 fortnights", "extend", "unclear"],
    ["+$٥", "budget", "unclear"],
  ])("“%s” behind /loop %s: %s", (words, verb, fault) => {
    expect(readAmount(verb, words)).toEqual({ ok: false, fault });
  });
});

/** Of the scripts' rules. */
const bound = { nano: 12e9, attempts: 6, ms: 10 * hour };
const issueNano = 11e9; // of all loops of the issue

type Step =
  | { readonly do: "say"; readonly text: string }
  | { readonly do: "wait"; readonly minutes: number }
  | { readonly do: "work"; readonly share: number }
  | { readonly do: "retry" | "label" | "restart" | "stop" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("say" as const),
      text: fc.constantFrom(
        'budget "+$5"',
        'budget "+$3 for 2h"',
        'budget "+$9 for 5h"',
        'budget "+3 attempts"',
        'budget "+2 attempts for 3h"',
        "extend 1h",
        'budget "+90m for 2h"',
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const), minutes: fc.integer({ min: 1, max: 200 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("work" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
  { weight: 3, arbitrary: fc.constantFrom<Step>({ do: "retry" }, { do: "label" }, { do: "restart" }, { do: "stop" }) },
);

test("nobody spends more than was granted and has not expired: no order of commands, waits, retries, labels and restarts passes a limit", () => {
  let began = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let now = Date.parse("2026-01-05T09:00:00Z");
      let state: LoopState | null = null;
      let loops = 0;
      let spentBefore = 0; // by the issue's loops before this one
      let lasting = 0; // money granted for good
      let passing: { nano: number; until: number }[] = [];

      const play = (line: string) => {
        const before = state;
        const { state: next, effects } = decide(before, readEvent(line, before, now), now);
        for (const { type } of effects) if (type === "start_run") began += 1;
        // What the machine says it added, it says in one reply; all else is an independent sum.
        for (const effect of effects) {
          if (effect.type !== "reply" || effect.reply.kind !== "raised" || effect.reply.given.of !== "money") continue;
          const { given, until } = effect.reply;
          if (until === null) lasting += given.nano;
          else passing.push({ nano: given.nano, until });
        }
        if (next !== null && next.grantedNano > (before?.grantedNano ?? 0) && /^(claim|reread)/.test(line))
          lasting += next.grantedNano - (before?.id === next.id ? before.grantedNano : 0);
        state = next;
        if (next === null || next.rules === null) return;
        expect(next.grantedNano).toBeLessThanOrEqual(Math.max(issueNano - next.earlier.spentNano, spentOf(next)));
        expect(loopMsOf(next)).toBeLessThanOrEqual(bound.ms);
        expect(5e9 + (next.raised?.nano ?? 0)).toBeLessThanOrEqual(bound.nano);
        expect(3 + (next.raised?.attempts ?? 0)).toBeLessThanOrEqual(bound.attempts);
        if (!effects.some(({ type }) => type === "start_run")) return;
        // What a run that begins may spend stands now: expired money counts only as far as it is spent.
        const standing = passing.filter(({ until }) => until > now).reduce((sum, { nano }) => sum + nano, 0);
        const leftOver = next.grantedNano - spentOf(next);
        expect(leftOver).toBeLessThanOrEqual(lasting + standing);
        expect(next.attempts.filter(({ counted }) => counted).length).toBeLessThanOrEqual(next.granted);
        expect(spentBefore + next.grantedNano).toBeLessThanOrEqual(issueNano);
      };
      const label = () => {
        spentBefore += state === null ? 0 : spentOf(state);
        lasting = 0;
        passing = [];
        loops += 1;
        play(`label alice loop${loops}`);
        play("claim issue-usd=11");
      };

      label();
      for (const one of steps) {
        const at: LoopState = state!;
        if (one.do === "say") play(`checked alice ${one.text}`);
        if (one.do === "wait") now += one.minutes * minute;
        if (one.do === "stop") play("checked alice stop");
        if (one.do === "restart") state = LoopState.parse(JSON.parse(JSON.stringify(at)));
        if (one.do === "retry" && at.phase === "settled" && at.ending?.resume !== "none") {
          play("checked alice retry");
          play("reread issue-usd=11");
        }
        if (one.do === "label" && at.phase === "settled") {
          if (at.attempts.some(({ runs }) => runs.some(({ untold }) => untold))) play("executor stopped");
          label();
        }
        if (one.do === "work" && (at.phase === "preparing" || at.phase === "executing")) {
          now += minute;
          const may = Math.max(0, at.grantedNano - spentOf(at));
          play(`executor spent=${(Math.floor(may * one.share) / 1e9).toFixed(9)}`);
        }
      }
    }),
    { numRuns: 300, seed: 14 },
  );
  expect(began).toBeGreaterThan(300);
});
