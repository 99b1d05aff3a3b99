// Remembers until when GitHub asked each installation to wait, so that nothing is sent that would be declined.

export interface Pacer {
  /** GitHub asked to send nothing before this time, in epoch milliseconds. */
  waitUntil(installationId: number, at: number): void;
  /** The time before which nothing may be sent, or null when nothing stands in the way. */
  blockedUntil(installationId: number, now: number): number | null;
}

/** A limit that has passed is forgotten; of two, the later counts. */
export function createPacer(): Pacer {
  const until = new Map<number, number>();
  return {
    waitUntil(installationId, at) {
      until.set(installationId, Math.max(at, until.get(installationId) ?? 0));
    },
    blockedUntil(installationId, now) {
      const at = until.get(installationId);
      if (at === undefined) return null;
      if (at > now) return at;
      until.delete(installationId);
      return null;
    },
  };
}
