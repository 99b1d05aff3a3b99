// The meter: what a call costs by the provider's own figures, and the most that it could cost before it is made.
import type { NanoUsd } from "./ledger.ts";
import type { Rate, Rates } from "./prices.ts";
import { type Billed, tierFactor } from "./tier.ts";

/** Tokens of one call, in the provider's own figures. */
export interface Usage {
  /** All input, cached or not. */
  readonly input: number;
  /** Of the input: read from the provider's cache. */
  readonly cacheRead: number;
  /** Of the input: written to it, for however long. */
  readonly cacheWrite: number;
  /** Of what was written: to be kept for an hour, at a higher price. */
  readonly cacheWriteHour: number;
  /** All output, reasoning included. */
  readonly output: number;
  /** Of the output: reasoning. */
  readonly reasoning: number;
}

export const noUsage: Usage = { input: 0, cacheRead: 0, cacheWrite: 0, cacheWriteHour: 0, output: 0, reasoning: 0 };

/** What was read of an answer so far. `final` is true once the figures are the whole call's. */
export interface Tally extends Billed {
  readonly usage: Usage | null;
  readonly final: boolean;
  /** True once the answer said that it is complete, of a stream whose figures may come with that or after it. */
  readonly ended?: boolean;
  /** True while words have come since the figures that were read: those are not yet the whole call's. */
  readonly behind?: boolean;
}

export const nothingRead: Tally = { usage: null, final: false };

/** Figures of one call only grow: where an answer tells them twice, neither takes back what the other said. */
export function grown(before: Usage | null, now: Usage | null): Usage | null {
  if (before === null || now === null) return now ?? before;
  const of = now.input >= before.input ? now : before;
  return { ...of, output: Math.max(before.output, now.output), reasoning: Math.max(before.reasoning, now.reasoning) };
}

/** What these tokens cost, rounded up. Cached parts that exceed the input, as some servers report, add to it. */
export function costOf(usage: Usage, rates: Rates): NanoUsd {
  const cached = usage.cacheRead + usage.cacheWrite;
  const input = Math.max(usage.input, cached);
  const hour = Math.min(usage.cacheWriteHour, usage.cacheWrite);
  const at = (rate: Rate, tokens: number) => tokens * nanoPerToken(rate, input);
  return wholeNanos(
    at(rates.input, input - cached) +
      at(rates.cacheRead, usage.cacheRead) +
      at(rates.cacheWrite, usage.cacheWrite - hour) +
      at(rates.cacheWriteHour, hour) +
      at(rates.output, usage.output),
  );
}

export interface Worst {
  /** No more input tokens than this can be billed. */
  readonly input: number;
  /** Whether the request may ask for a cache that is kept for an hour. */
  readonly hour: boolean;
}

/** The most that a call with this input and `output` tokens of answer can cost. */
export function worstCost({ input, hour }: Worst, output: number, rates: Rates): NanoUsd {
  const classes = [rates.input, rates.cacheRead, rates.cacheWrite, ...(hour ? [rates.cacheWriteHour] : [])];
  const dearest = Math.max(...classes.map((rate) => nanoPerToken(rate, input)));
  return wholeNanos(input * dearest + output * nanoPerToken(rates.output, input));
}

/** How many output tokens an amount pays for after the worst input; at most `wanted`. */
export function outputPaid(amount: NanoUsd, worst: Worst, wanted: number, rates: Rates): number {
  const perToken = nanoPerToken(rates.output, worst.input);
  if (perToken === 0) return wanted;
  const left = amount - worstCost(worst, 0, rates);
  return Math.max(0, Math.min(wanted, Math.floor(left / perToken)));
}

export interface Charge {
  readonly cost: NanoUsd;
  readonly usage: Usage;
  /** True when the provider's figures are missing or unfinished and the worst was taken in their place. */
  readonly estimated: boolean;
}

export const noCharge: Charge = { cost: 0, usage: noUsage, estimated: false };

/**
 * What an answered call is charged. Where the answer ended before its figures did, the output is taken to be all that
 * was allowed (`cap`), and where there are no figures at all, the whole reservation is spent. A dearer class of service
 * than was asked for costs what it costs, though less was set aside.
 */
export function chargeOf(tally: Tally, cap: number, reserved: NanoUsd, rates: Rates): Charge {
  const { usage, final } = tally;
  const factor = tierFactor(tally.tier);
  if (usage === null) return { cost: reserved * factor, usage: noUsage, estimated: true };
  if (final) return { cost: costOf(usage, rates) * factor, usage, estimated: false };
  const worst = { ...usage, output: Math.max(usage.output, cap) };
  return { cost: costOf(worst, rates) * factor, usage, estimated: true };
}

function nanoPerToken(rate: Rate, input: number): number {
  const reached = rate.tiers.filter(({ above }) => input > above).sort((a, b) => b.above - a.above);
  return (reached[0]?.usd ?? rate.usd) * 1000;
}

/** Rounded up, but not for the noise of binary fractions. */
function wholeNanos(nanos: number): NanoUsd {
  return Math.ceil(Number(nanos.toFixed(3)));
}
