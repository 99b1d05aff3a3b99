// The operator's door over loops of a test's own, with a browser's cookie for it.
import { onTestFinished } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { openOperatorDoor } from "../../src/cockpit/door.ts";
import { createLive } from "../../src/cockpit/live.ts";
import { loopRoutes } from "../../src/cockpit/loops/routes.ts";
import { createMetrics } from "../../src/cockpit/metrics.ts";
import { createReadiness } from "../../src/cockpit/readiness.ts";
import { createSigner } from "../../src/cockpit/signed.ts";
import { createAdmission, makeTicket } from "../../src/cockpit/ticket.ts";
import type { TraceEntry } from "../../src/engine/ports.ts";
import type { SignIn } from "../../src/github/sign-in.ts";
import { waitOf } from "../../src/loop/clock.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { someHealth } from "./some-health.ts";

const unread = { kind: "invalid", retry: "never" } as const;

export const secret = "a seal secret that nobody else knows";

export interface DoorOptions {
  /** Texts by their hashes. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Of every loop, oldest first. */
  readonly trace?: readonly TraceEntry[];
  /** Keys of loops whose state cannot be read. */
  readonly unreadable?: readonly string[];
  readonly signIn?: SignIn;
  readonly publicOrigin?: string;
  readonly now?: () => number;
}

/** The pages over these loops, by their issues' keys, and the operator's cookie for them. */
export async function aDoor(loops: Readonly<Record<string, LoopState>>, options: DoorOptions = {}) {
  const { texts = {}, trace = [], unreadable = [], signIn = null, publicOrigin, now = Date.now } = options;
  const loaded: string[] = [];
  const live = createLive();
  live.began(
    Object.entries(loops)
      .filter(([, { ending }]) => ending === null)
      .map(([issueKey, loop]) => ({ issueKey, phase: loop.phase, gateSince: loop.gateSince, waits: waitOf(loop) })),
  );
  const { registry } = createMetrics({
    now: Date.now,
    slots: () => ({ taken: 0, of: 1, waiting: 0 }),
    disk: () => null,
    leads: () => true,
  });
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const pages = loopRoutes({
    store: {
      load: async (key) => {
        loaded.push(key);
        if (unreadable.includes(key)) throw new Fault(`The loop on ${key} cannot be read.`, unread);
        return loops[key] ?? null;
      },
      readTrace: async () => trace,
      getArtifact: async (sha) => texts[sha] ?? null,
      newestEnded: async (_before, _limit, repositories) =>
        Object.entries(loops).flatMap(([issueKey, { ending }]) =>
          ending !== null && repositories?.includes(Number(issueKey.split("#")[0])) !== false
            ? [{ issueKey, at: ending.at }]
            : [],
        ),
    },
    live,
    slots: () => ({ taken: 1, of: 4, waiting: 2 }),
    admission: createAdmission(secret, now()),
    health: async () => someHealth,
    examineAgain: async () => {},
    signer: createSigner(secret),
    signIn,
    github: "https://github.com",
    ...(publicOrigin === undefined ? {} : { publicOrigin }),
    now,
    onError,
  });
  const readiness = createReadiness({}, () => performance.now());
  const url = publicOrigin === undefined ? {} : { url: publicOrigin };
  const door = await openOperatorDoor({ host: "127.0.0.1", port: 0, ...url, registry, readiness, pages, onError });
  onTestFinished(() => door.close());
  const begun = await fetch(`${door.url}/begin?ticket=${makeTicket(secret, now())}`, { redirect: "manual" });
  const [set = ""] = begun.headers.getSetCookie();
  const cookie = set.split(";")[0] ?? "";
  const ask = (path: string, headers: Record<string, string> = { cookie }) => fetch(door.url + path, { headers });
  return { door, url: door.url, set, cookie, ask, loaded, errors, live };
}
