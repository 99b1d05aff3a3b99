// How long until a limit of GitHub's is over, from one answer's own headers: both times in it are by GitHub's clock.

/**
 * Milliseconds from the answer to the reset it names; at least 0. Null where it does not say. `date` is the answer's own,
 * which every answer of an HTTP server with a clock carries (RFC 9110, 6.6.1); `reset` is in epoch seconds.
 */
export function untilReset({ date, reset }: { date: unknown; reset: unknown }): number | null {
  const from = Date.parse(String(date));
  const to = Number(reset) * 1_000;
  return Number.isFinite(from) && to > 0 ? Math.max(0, to - from) : null;
}
