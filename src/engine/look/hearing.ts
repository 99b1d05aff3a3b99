// What webhooks told of, and when: where they arrive nothing needs to be looked at, and what is heard of needs it least.
import { issueKeyOf } from "../../loop/issue-key.ts";
import type { Clock, LoopAddress, Origin } from "../ports.ts";

export interface Hearing {
  heard(origin: Origin): void;
  heardOf(issueKey: string): void;
  /** No delivery of this installation arrived for a period. */
  isSilentAt(installationId: number): boolean;
  /** Nothing was told of the loop for a period, neither of its issue nor of its pull request. */
  isUnheard(loop: LoopAddress): boolean;
  /** Forgets what was heard longer ago than a period. */
  forgetOld(): void;
}

export function createHearing(clock: Clock, everyMs: number): Hearing {
  const ofInstallation = new Map<number, number>();
  const ofThread = new Map<string, number>(); // by issue key, pull requests included

  /** By whatever distance: a clock that was set back must not wait until it is as late again. */
  const isSilent = (at: number | undefined) => Math.abs(clock.now() - (at ?? 0)) >= everyMs;

  return {
    heard({ installationId, repositoryId, thread }) {
      if (installationId !== null) ofInstallation.set(installationId, clock.now());
      if (repositoryId !== null && thread !== null) ofThread.set(issueKeyOf(repositoryId, thread), clock.now());
    },
    heardOf: (issueKey) => void ofThread.set(issueKey, clock.now()),
    isSilentAt: (installationId) => isSilent(ofInstallation.get(installationId)),
    isUnheard({ repositoryId, issue, pull }) {
      const threads = [issue, ...(pull === null ? [] : [pull])];
      return threads.every((number) => isSilent(ofThread.get(issueKeyOf(repositoryId, number))));
    },
    forgetOld() {
      for (const [thread, at] of ofThread) if (isSilent(at)) ofThread.delete(thread);
      for (const [installation, at] of ofInstallation) if (isSilent(at)) ofInstallation.delete(installation);
    },
  };
}
