// What holds of the policy's own checks and of a knock-out, whatever happens while they run.
import type { RunOrder } from "../../src/engine/ports.ts";
import { colourOfCheck } from "../../src/loop/own-checks.ts";
import type { Attempt, CheckOf, LoopState, RunFacts } from "../../src/loop/state.ts";
import { type Containers, shownOf } from "./containers.ts";
import type { Committed } from "./store.ts";

export interface OwnChecksParts {
  readonly containers: Containers;
  readonly hold: (condition: boolean, what: string) => void;
}

export function createOwnChecks({ containers, hold }: OwnChecksParts) {
  /** What a loop believes of a commit, a container showed of that very commit. */
  function checkShown({ id, base }: LoopState, { checks = [], knockOut, head }: Attempt): void {
    if (head === null) return;
    for (const { name, ...seen } of checks) {
      for (const at of ["head", "base"] as const) {
        const believed = seen[at];
        if (believed === null) continue;
        const commit = at === "head" ? head : (base?.sha ?? "");
        const showed = containers.shown.get(shownOf({ check: { name, at }, startFrom: commit }))?.check;
        const isSo = showed?.state === believed.state && showed.redCount === believed.redCount;
        hold(
          isSo,
          `I14: loop ${id} believes ${name} ${believed.state} on ${commit.slice(0, 7)}, and no container showed that`,
        );
      }
    }
    if (knockOut == null || knockOut.note !== undefined) return;
    const showed = containers.shown.get(shownOf({ check: { name: "", at: "without" }, startFrom: head }))?.knockOut;
    const isSo = showed?.held === knockOut.held && showed.notHeld.length === knockOut.notHeld.length;
    hold(
      isSo,
      `I14: loop ${id} believes of ${head.slice(0, 7)} that tests hold ${knockOut.held} hunks, and nothing showed that`,
    );
  }

  /** None is run twice at once, and one that has spoken of a commit is not asked about it again. */
  function checkOnce({ event }: Committed, same: LoopState | null, { attempts }: LoopState): void {
    const before = new Set(same?.attempts.flatMap(({ runs }) => runs.map(({ id }) => id)));
    const { runs = [], checks = [], knockOut } = attempts.at(-1) ?? {};
    const begun = runs.filter(({ id, check }) => check !== undefined && !before.has(id));
    for (const { id, check } of begun) {
      const twin = runs.find((run) => run.id !== id && run.status === "running" && isSame(run.check, check));
      hold(twin === undefined, `Checks: ${id} begins while ${twin?.id} asks the same`);
      const known = checks.find(({ name }) => name === check?.name);
      const isKnown = check?.at === "without" ? knockOut !== null : known?.[check?.at ?? "head"] != null;
      hold(!isKnown, `Checks: ${id} begins though what it asks is known`);
      if (event.type !== "run_ended") continue;
      const ended = runs.find((run) => run.id === event.run);
      const hasSpoken = isSame(ended?.check, check) && isWord(containers.all.get(event.run)?.report);
      hold(!hasSpoken, `Checks: ${id} asks what ${event.run} has said`);
    }
  }

  return {
    onCommit(step: Committed, same: LoopState | null, after: LoopState): void {
      const attempt = after.attempts.at(-1);
      if (attempt === undefined || after.rules?.ownChecks === undefined || after === same) return;
      if (step.event.type === "restored") return; // what the record says is asked in `checkRestored`
      checkOnce(step, same, after);
      checkShown(after, attempt);
    },

    /** Nobody pays a reviewer to look at what a check has not judged, or refuses. */
    onStart({ id, role }: RunOrder, { rules, attempts }: LoopState): void {
      const { checks = [], head = null } = attempts.at(-1) ?? {};
      if (role !== "reviewer" || rules?.ownChecks === undefined || head === null) return;
      const open = rules.ownChecks.find(({ name }) => !passes(checks, name));
      hold(open === undefined, `Checks: ${id} started before ${open?.name} let it`);
    },

    /** A commit at the gate, or past it: each check passed on it, and so did the knock-out where policy wants that. */
    onGreen({ rules, attempts }: LoopState, where: string): void {
      const { checks = [], knockOut } = attempts.at(-1) ?? {};
      const open = rules?.ownChecks?.find(({ name }) => !passes(checks, name));
      hold(open === undefined, `I14: ${where} without ${open?.name}`);
      const greens = checks.some(({ head }) => head?.state === "green");
      if (rules?.knockOut === undefined || !greens) return;
      hold(knockOut != null, `I14: ${where} before it was known what tests hold`);
      const isHeld = knockOut?.notHeld.length === 0 && knockOut.unknown.length === 0 && knockOut.note === undefined;
      hold(rules.knockOut.notHeld !== "block" || isHeld, `I14: ${where} though no test holds all of the change`);
    },
  };
}

function passes(checks: NonNullable<Attempt["checks"]>, name: string): boolean {
  const known = checks.find((one) => one.name === name);
  return known !== undefined && ["green", "on_base"].includes(colourOfCheck(known));
}

function isSame(one: CheckOf | undefined, other: RunFacts["check"]): boolean {
  return one !== undefined && one.name === other?.name && one.at === other.at;
}

function isWord(report: { readonly check?: unknown; readonly knockOut?: unknown } | null | undefined): boolean {
  return report?.check != null || report?.knockOut !== undefined;
}
