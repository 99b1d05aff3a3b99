// Checks that an agent asks for while it works: the policy's own, on the commit it pushed last, in a room such as the loop's, one at a time.
import { setTimeout as delay } from "node:timers/promises";
import { ImageFault, ServiceFault } from "../container/run.ts";
import type { RunOrder } from "../engine/ports.ts";
import { branchHead, type Quarantine } from "../gateway/git/quarantine.ts";
import { removeWorkspace } from "../gateway/git/workspace.ts";
import type { Asked, AskedChecks } from "../gateway/tools/run-check.ts";
import { currentAttempt, rulesOf } from "../loop/begin.ts";
import type { CheckSeen, LoopState, OwnCheck } from "../loop/state.ts";
import { type CheckParts, checkRequest, fillRoom, makeRoom } from "./check-room.ts";
import { noImageSeen, notSetUpSeen, readSeen } from "./check-seen.ts";
import { over } from "./request.ts";
import { rooms } from "./rooms.ts";
import type { SetUps } from "./set-up.ts";

/** Containers for checks that one run may ask for. */
const most = 20;

/** So long an answer is held back for the check's end; the shortest patience among clients is 60 s. */
const waitMs = 45_000;

export interface AskingRun {
  readonly loop: LoopState;
  readonly run: string;
  readonly quarantine: Quarantine;
}

export interface CheckAsking {
  /** The checks that this run may ask for; null: the policy has none. */
  of(asking: AskingRun): (AskedChecks & { end(): Promise<void> }) | null;
  /** Whether a check that was asked for runs in a container of this name. */
  isRunning(container: string): boolean;
}

interface Running {
  readonly key: string;
  readonly name: string;
  readonly done: Promise<CheckSeen | null>;
}

export function createCheckAsking(parts: CheckParts, setUps: SetUps): CheckAsking {
  const containers = new Set<string>();
  return {
    isRunning: (container) => containers.has(container),
    of({ loop, run, quarantine }) {
      const checks = rulesOf(loop).ownChecks ?? [];
      if (checks.length === 0) return null;
      const known = new Map<string, CheckSeen>();
      let current: Running | null = null;
      let [made, ended, stop] = [0, false, () => {}];

      async function judge(check: OwnCheck, head: string): Promise<CheckSeen | null> {
        const order = orderOf({ loop, run, check, head });
        const dir = rooms(parts).asked(run);
        containers.add(order.id);
        try {
          await parts.runtime.forget(order.id); // one that an earlier process left would be taken for this one's
          const setUp = await setUps.make(order, quarantine);
          if (setUp !== null && "failed" in setUp) return notSetUpSeen(check, await setUp.failed.done);
          await removeWorkspace(dir);
          await makeRoom(dir);
          const room = { dir, check, quarantine, fill: setUp?.fill ?? null };
          const beneath = await fillRoom(parts, order, room);
          if (ended) return null;
          const running = await parts.runtime.start(over(checkRequest(parts, order, room, order), beneath));
          stop = () => void running.stop("the run that asked for it is over");
          if (ended) stop();
          return (await readSeen(check, await running.done, dir)).seen;
        } catch (error) {
          if (error instanceof ServiceFault) return notSetUpSeen(check, { log: error.log, note: error.message });
          if (error instanceof ImageFault) return noImageSeen(check, { log: error.log, note: error.message });
          throw error;
        } finally {
          stop = () => {};
          await parts.runtime.forget(order.id).catch(() => {});
          await removeWorkspace(dir).catch((err) => parts.log.warn({ run, err }, "a check's room was not removed"));
          containers.delete(order.id);
        }
      }

      function begin(check: OwnCheck, head: string, key: string): Running {
        made += 1;
        const done = judge(check, head).then((seen) => {
          if (seen !== null) known.set(key, seen);
          return seen;
        });
        const clear = () => {
          current = null;
        };
        done.then(clear, clear);
        return { key, name: check.name, done };
      }

      return {
        names: checks.map(({ name }) => name),
        async run(name): Promise<Asked> {
          const check = checks.find((one) => one.name === name);
          const head = await branchHead(quarantine);
          if (check === undefined || head === null) return { kind: "nothing_pushed" };
          const key = `${head} ${name}`;
          const seen = known.get(key);
          if (seen !== undefined) return { kind: "seen", head, seen, again: true };
          if (current !== null && current.key !== key) return { kind: "busy", name: current.name };
          if (current === null && made >= most) return { kind: "too_many", most };
          current ??= begin(check, head, key);
          const late = new AbortController();
          const told = await Promise.race([
            current.done.then(
              (one): Asked => (one === null ? { kind: "lost" } : { kind: "seen", head, seen: one, again: false }),
            ),
            delay(waitMs, { kind: "running", head } as const, { signal: late.signal }),
          ]).finally(() => late.abort());
          return told;
        },
        async end() {
          ended = true;
          stop();
          await current?.done.catch(() => {});
        },
      };
    },
  };
}

function orderOf(asked: { loop: LoopState; run: string; check: OwnCheck; head: string }): RunOrder {
  const { loop, run, check, head } = asked;
  return {
    id: `${run}-asked`,
    loop,
    role: "check",
    check: { name: check.name, at: "head" },
    attempt: currentAttempt(loop).number,
    brief: "",
    deadlineMs: check.ms,
    startFrom: head,
  };
}
