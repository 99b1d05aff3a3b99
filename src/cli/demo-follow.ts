// Waits with a loop: until it ends, until a person answers at the gate, or until Ctrl-C.
import { createInterface } from "node:readline";
import type { LoopState } from "../loop/state.ts";
import { nextSaid, placeOf, type Scenario } from "./demo-scenarios.ts";
import { approvers, maintainer, type Stage } from "./demo-stage.ts";
import type { Watch } from "./demo-watch.ts";

export interface Following {
  readonly stage: Stage;
  readonly watch: Watch;
  readonly say: (line: string) => void;
  readonly scenario: Scenario | null;
  readonly auto: boolean;
  readonly signal: AbortSignal;
}

/** Waits with the loop, approves at the gate where asked to, and resolves to the state it ended in. */
export async function follow({ stage, watch, say, scenario, auto, signal }: Following): Promise<LoopState | null> {
  let given = 0;
  const said = new Map<string, number>();
  for (;;) {
    await orAbort(stage.quiet(), signal);
    const changed = watch.changed();
    const state = await stage.loop();
    const words = state === null ? null : nextSaid(scenario, state, said);
    if (state !== null && words !== null) {
      said.set(placeOf(state), (said.get(placeOf(state)) ?? 0) + 1);
      stage.forge.as(words.by).comment(stage.issue, words.text);
      continue;
    }
    if (state === null || state.phase === "settled" || state.phase === "refused") return state;
    if (state.phase !== "awaiting_gate") {
      await orAbort(changed, signal);
      continue;
    }
    const login = approvers[given];
    if (login === undefined) return state;
    if (!auto) {
      say(`the pull request: ${await stage.pullUrl()}`);
      const asked = `Approve it there as ${login}, or press Enter here and ${login} approves.`;
      if (!(await enter(say, asked, signal, changed))) continue;
    }
    given += 1;
    approve(stage, state, login);
  }
}

function approve(stage: Stage, state: LoopState, login: string): void {
  const pull = stage.repository.issues.get(state.pull?.number ?? 0)?.pull;
  if (pull) stage.forge.as(login).approve(pull, { body: "Looks good to me." });
}

/** Resolves to true when Enter was pressed, to false when something else happened first. */
export async function enter(
  say: (line: string) => void,
  question: string,
  signal: AbortSignal,
  unless?: Promise<void>,
): Promise<boolean> {
  say(question);
  const lines = createInterface({ input: process.stdin });
  const pressed = new Promise<boolean>((resolve) => lines.once("line", () => resolve(true)));
  try {
    return await orAbort(Promise.race([pressed, ...(unless === undefined ? [] : [unless.then(() => false)])]), signal);
  } finally {
    lines.close();
  }
}

/** Resolves at Ctrl-C. */
export async function untilInterrupted(say: (line: string) => void, signal: AbortSignal): Promise<void> {
  say(`everything keeps running; act as ${maintainer} or ${approvers[0]} in the browser. Ctrl-C ends it.`);
  await orAbort(new Promise<never>(() => {}), signal).catch(() => {});
}

function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
