// Times as people say them, with the exact one in the tooltip.
import { html } from "hono/html";
import type { Html } from "./view.ts";

const steps: readonly [unit: string, ms: number][] = [
  ["year", 365 * 86_400_000],
  ["month", 30 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];

/** How long ago `at` was, both in epoch milliseconds: "3 minutes ago", and "now" below five seconds. */
export function sayWhen(at: number, now: number): string {
  const age = now - at;
  if (age < 5_000) return "now";
  const [unit, ms] = steps.find(([, size]) => age >= size) ?? ["second", 1_000];
  return `${plural(Math.floor(age / ms), unit)} ago`;
}

/** How long something took, in milliseconds: "4s", "2m 5s". */
export function sayDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
}

/** A count with its noun: "1 commit", "3 commits"; give `many` where it is not the noun with an s. */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? noun : many}`;
}

/** A `<time>` element; the live script keeps its words fresh. */
export function when(at: number, now: number): Html {
  const exact = new Date(at).toISOString();
  return html`<time datetime="${exact}" title="${exact.replace("T", " ").slice(0, 19)} UTC">${sayWhen(at, now)}</time>`;
}
