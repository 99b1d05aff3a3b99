// The last word before a run's go: what was seen inside its container suffices, or the agent does not start.
import { Fault } from "../../base/fault.ts";
import { findings, type Observed, refusedFindings } from "../observed.ts";
import type { RunRequest } from "../run.ts";
import type { EngineInfo } from "./engine-info.ts";
import type { RunUser } from "./user.ts";

/** A shell's and an init's words for a program that is not there, or that cannot be run. */
const NO_PROGRAM = [126, 127];

/** Throws `Fault`, of kind `refused` where a guard that was asked for was seen not to be in force. */
export function acceptObserved(
  observed: Observed,
  request: RunRequest,
  pad: { readonly user: RunUser; readonly engine: Pick<EngineInfo, "name" | "kernel"> },
): void {
  const { user, engine } = pad;
  const kernel = { inside: observed.kernel, machine: engine.kernel };
  const refused = refusedFindings(findings(observed, request.limits, user.uid), kernel);
  if (refused.length === 0) return;
  throw new Fault(
    `The run ${request.id} must not start: seen from inside its container, ${engine.name} does not enforce ${refused.join(", ")}. The agent was not started.`,
    { kind: "refused", retry: "never" },
  );
}

/** The `Fault` for a container that told nothing of itself: its image has no shell, or something went wrong on the way. */
export function untold(id: string, said: string, exitCode: number | null): Fault {
  const words = said.trim().slice(-300);
  if (exitCode !== null && NO_PROGRAM.includes(exitCode)) {
    return new Fault(
      `The image of the run ${id} cannot run /bin/sh, with which every run begins: ${words || `exit code ${exitCode}`}. Name one that has it.`,
      { kind: "refused", retry: "never" },
    );
  }
  return new Fault(`The container of the run ${id} did not tell what it is, and its agent was not started: ${words}`, {
    kind: "engine",
    retry: "later",
  });
}
