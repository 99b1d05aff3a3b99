// What people say to an agent at work: handed over in answers of Loopgate's own tools, which nobody else can write, and counted as heard once sent.
import type { ServerResponse } from "node:http";

/** What people said to the agent of one run. */
export interface Words {
  /** Takes what it was not handed yet; null: nothing. Nobody else is handed that until it is settled. */
  take(): Handed | null;
  /** Whether `take` would give anything. */
  waits(): boolean;
  /** What it was handed before, ready to be read; null: nothing. */
  before(): string | null;
}

/** Those of a run that nobody speaks to. */
export const noWords: Words = { take: () => null, waits: () => false, before: () => null };

/** Words on their way to the agent. */
export interface Handed {
  /** Ready to be read. */
  readonly text: string;
  /** To be called once, and never rejects: whether the answer with it was sent to its end. What was not is handed over again. */
  readonly settle: (isSent: boolean) => Promise<void>;
}

/** What stands where anybody might have written the same: it says nothing but that there is something to be read. */
export const pointer =
  "People who may decide here have said something to you. Call Loopgate's tool `steering` (or the command `loop steering`) now, before you go on.";

/** Counts words as heard where this response, which has them, goes out whole. One that the client cut off is finished to Node as well. */
export function settleOnceSent(response: ServerResponse, { settle }: Handed): void {
  const { socket } = response;
  if (response.closed || socket === null) void settle(false);
  else response.once("close", () => void settle(response.writableFinished && socket.errored === null));
}
