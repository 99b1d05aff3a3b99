// The agents of an evaluation: as they were named, or the policy's own.
import { AGENT_KINDS, type AgentKind } from "../agents/agent.ts";
import { agentOf } from "../agents/agents.ts";
import type { Policy } from "../policy/schema.ts";
import type { Settings } from "../settings.ts";
import { UsageError } from "./usage.ts";

export interface EvaluatedAgent {
  /** As it was given. */
  readonly label: string;
  readonly kind: AgentKind;
  readonly model: string;
  readonly command: string;
}

const named = AGENT_KINDS.filter((kind) => kind !== "command");

/** An agent as `--agent` names it: one that is known, with its model, or a shell command. Throws UsageError. */
export function agentNamed(text: string): EvaluatedAgent {
  const [, kind, model = ""] = /^([a-z-]+)(?::(\S+))?$/.exec(text) ?? [];
  const known = named.find((one) => one === kind) as AgentKind | undefined;
  if (known === undefined) return { label: text.trim(), kind: "command", model: "", command: text };
  if (model === "") throw new UsageError(`--agent ${known} needs its model: ${known}:<model>`);
  return { label: `${known}:${model}`, kind: known, model, command: "" };
}

/** Those that were named, or the policy's. Throws UsageError where one of them could call no model, or there is none. */
export function agentsFor(
  given: readonly EvaluatedAgent[],
  { models = [], operator }: Settings,
  { agent }: Policy,
): readonly EvaluatedAgent[] {
  const command = agent.command || operator.defaults.agent.command;
  const own: EvaluatedAgent = { label: "", kind: agent.kind, model: agent.model, command };
  const label = own.kind === "command" ? command.trim() : `${own.kind}:${own.model}`;
  const agents = given.length > 0 ? given : [{ ...own, label }];
  if (agents.some((one) => one.kind === "command" && one.command.trim() === ""))
    throw new UsageError(
      "Nobody names an agent: give one or more with --agent, or name one in the policy under `agent`.",
    );
  for (const { kind, label: name } of agents) {
    const { route } = agentOf(kind, "");
    if (route === null || models.some(({ family }) => family === route)) continue;
    throw new UsageError(`${name} needs a key: set LOOPGATE_${route.toUpperCase()}_KEY.`);
  }
  return agents;
}
