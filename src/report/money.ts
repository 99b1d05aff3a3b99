// Amounts of money as people read them.
import { dollarsOf, type NanoUsd } from "../loop/money.ts";

/** To the cent, and below ten cents to a hundredth of one. */
export function inDollars(amount: NanoUsd): string {
  const usd = dollarsOf(amount);
  return `$${usd.toFixed(usd > 0 && usd < 0.1 ? 4 : 2)}`;
}
