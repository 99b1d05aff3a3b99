// Reads which run a container belongs to from the labels that spec.ts gave it.
import type { Role, RunLabel } from "../run.ts";

/** The run that labels describe. */
export function readRunLabel(labels: Readonly<Record<string, string>>): RunLabel {
  return {
    id: labels["loopgate.run"] ?? "",
    loop: labels["loopgate.loop"] ?? "",
    epoch: Number(labels["loopgate.epoch"]),
    role: (labels["loopgate.role"] ?? "executor") as Role,
    attempt: Number(labels["loopgate.attempt"]),
  };
}
