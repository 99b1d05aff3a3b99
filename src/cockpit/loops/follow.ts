// A browser that follows a loop is told, by server-sent events, whenever something was decided about it, and no more than that.
import type { SSEStreamingApi } from "hono/streaming";
import type { Live } from "../live.ts";

/** A comment on a stream that has nothing to say, so that what lies between does not take it for dead. */
const beatMs = 20_000;
const settleMs = 150;

/** Goes on until the browser goes, or may not see the loop any more. */
export async function follow(
  stream: SSEStreamingApi,
  { live, issueKey, maySee }: { live: Live; issueKey: string; maySee: () => Promise<boolean> },
): Promise<void> {
  let wake = () => {};
  let news = 0;
  const stop = live.watch(issueKey, () => {
    news += 1;
    wake();
  });
  stream.onAbort(() => wake());
  const beatOrNews = () =>
    new Promise<void>((done) => {
      const timer = setTimeout(done, beatMs);
      wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  try {
    for (let told = 0; !stream.aborted && !stream.closed; ) {
      if (news === told) await beatOrNews();
      // What was decided is in the trace a moment after it is told here; and of several the last one is enough.
      if (news > told) await stream.sleep(settleMs);
      if (stream.aborted || !(await maySee())) break;
      if (news > told) await stream.writeSSE({ event: "decided", data: String(news) });
      else await stream.write(": still here\n\n");
      told = news;
    }
  } finally {
    stop();
  }
}

/** So many browsers follow at a time; whoever comes after them reads the page without following. */
const most = 100;
const mostOfOne = 50;

export interface Followers {
  /** The way to be counted out; null: there are too many, all in all or of this one. */
  enter(who: string): (() => void) | null;
}

export function createFollowers(): Followers {
  const byWho = new Map<string, number>();
  let all = 0;
  return {
    enter(who) {
      const own = byWho.get(who) ?? 0;
      if (own >= mostOfOne || all >= most) return null;
      byWho.set(who, own + 1);
      all += 1;
      return () => {
        all -= 1;
        const left = (byWho.get(who) ?? 1) - 1;
        if (left > 0) byWho.set(who, left);
        else byWho.delete(who);
      };
    },
  };
}
