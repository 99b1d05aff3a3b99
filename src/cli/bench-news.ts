// A signed delivery for a loop that waits at the gate, from the first byte sent to the loop's decision.
import { createHmac, randomUUID } from "node:crypto";
import { Fault } from "../base/fault.ts";
import type { LoopState } from "../loop/state.ts";
import type { Served } from "./bench-process.ts";

let number = 0;

/** How long one delivery took, in milliseconds: to its answer, and to the loop's decision. */
export interface Handled {
  readonly acknowledged: number;
  readonly handled: number;
}

/**
 * CI has something new to say about the commit that waits at the gate: the loop decides on it, and asks nobody. Throws Fault
 * (`engine`) when the delivery is refused.
 */
export async function newsOfCi(
  app: Served,
  { secret }: { readonly secret: string },
  { issue, head }: Pick<LoopState, "issue" | "head">,
): Promise<Handled> {
  const body = JSON.stringify({
    action: "completed",
    check_run: { head_sha: head, name: `extra ${++number}`, app: { id: 1_000_000 } },
    repository: { id: issue.repositoryId, name: issue.name, owner: { login: issue.owner } },
    installation: { id: issue.installationId },
    sender: { id: 1, login: "ci", type: "Bot" },
  });
  const decided = app.hears("decided");
  const at = performance.timeOrigin + performance.now();
  const response = await fetch(app.ready.url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": "check_run",
      "x-github-delivery": randomUUID(),
      "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
    },
    body,
  });
  const acknowledged = performance.timeOrigin + performance.now() - at;
  const text = await response.text();
  if (!response.ok) throw new Fault(`A delivery was refused: ${text.trim()}`, { kind: "engine", retry: "never" });
  return { acknowledged, handled: Number((await decided).at) - at };
}
