// Each action that an ending names is performed on the machine, and the loop goes on by it.
import { expect, it } from "vitest";
import { decide } from "../../src/loop/decide.ts";
import { isLive } from "../../src/loop/end.ts";
import type { ClaimFacts, LoopEvent, Verb } from "../../src/loop/event.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { nextAction } from "../../src/report/next.ts";
import { anAttempt, anEndedLoop, aVerdict, hour, labelledAt, sha, someRules } from "../loop/builder.ts";
import { offered } from "./cells.ts";
import { everyEnding } from "./every-ending.ts";

const now = labelledAt + hour;
const bob = { id: 77, login: "bob", bot: false };
const examples = Object.values(everyEnding).flat();
const shown = examples.map((ending, index) => [`${ending.reason}: ${ending.of} (${index})`, ending] as const);

const aPlan = { summary: "", steps: ["Mend it."], files: [], verification: "", estimate: "" };

/** The issue as it is read again. */
function reread(): ClaimFacts {
  return {
    permission: "write",
    open: true,
    labels: ["loop"],
    title: "Totals are wrong",
    base: { branch: "main", sha: sha("a") },
    policy: { ok: true, rules: someRules({ lifetimeRuns: 200, issueRuns: 600, issueNano: 250e9 }) },
    snapshot: { sha256: "f00d", title: "Totals are wrong", comments: [], removed: [], at: now },
  };
}

/** What the command comes to, with the issue read again where it asks for that. */
function performed(state: LoopState, verb: Verb, argument: string): { after: LoopState | null; refused: boolean } {
  const command = { verb, argument, actor: bob, commentId: 700 };
  const first = decide(state, { type: "command_checked", command, permission: "write" }, now);
  const refused = first.effects.some(
    ({ type, ...rest }) => type === "reply" && JSON.stringify(rest).includes("refused"),
  );
  const reads = first.effects.some(({ type }) => type === "read_retry");
  const event: LoopEvent = { type: "retry_read", facts: reread() };
  return { after: reads ? decide(first.state, event, now).state : first.state, refused };
}

it.each(shown)("%s: what is offered goes on", (_, ending) => {
  const attempts = [anAttempt({ verdict: aVerdict() })];
  const plan = { stage: "offered", offered: aPlan } as const;
  const state = anEndedLoop(ending, ending.of === "plan_expired" ? { attempts, plan } : { attempts });
  const { commands, label } = offered(nextAction(state, stateEnding(state), "[#13](url)"));
  for (const [verb, argument] of commands) {
    const { after, refused } = performed(state, verb, verb === "answer" ? "Gross." : argument);
    expect([verb, refused], "the command is taken").toEqual([verb, false]);
    expect(after !== null && isLive(after), `/loop ${verb} goes on`).toBe(true);
    expect(after?.id).toBe(state.id);
  }
  if (label) {
    const { issue, title } = state;
    const set = { type: "labelled", issue, loop: "n3w", title, label: "loop", actor: bob } as const;
    expect(decide(state, { ...set, threadSeen: true }, now).state).toMatchObject({ id: "n3w", phase: "queued" });
  }
});

it("every ending that waits for a person offers what a person can do here or names who can", () => {
  for (const ending of examples) {
    const state = anEndedLoop(ending);
    const text = nextAction(state, stateEnding(state), "[#13](url)");
    const { commands, label } = offered(text);
    const isForPeople = /^(merge|look at|close this issue|ask whoever runs|nothing is left)/.test(text);
    expect(commands.length > 0 || label || isForPeople, `${ending.of}: ${text}`).toBe(true);
  }
});

function stateEnding({ ending }: LoopState): NonNullable<LoopState["ending"]> {
  if (ending === null) throw new Error("it has ended");
  return ending;
}
