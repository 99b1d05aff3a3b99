// What an agent's CLI tells of its tools while it works, before and after each, and before it ends: a command is checked, and it is said where people have spoken.
import { z } from "zod";
import { parseJson } from "../../base/parse-json.ts";
import type { CommandRules } from "../../loop/state.ts";
import { judgeLine } from "../../policy/command-lines.ts";
import { type Asking, inFull, longestAsked, untilAllowed } from "./asking.ts";
import { pointer, type Words } from "./words.ts";

/** What the hooks of one run stand on. */
export interface HookParts {
  /** The policy's word on commands; null: it has none. */
  readonly rules: CommandRules | null;
  readonly asking: Asking;
  readonly words: Pick<Words, "waits">;
  /** Told of a command that is not run. */
  readonly onRefused: (command: string) => void;
}

/** A tool's use as Claude Code tells of it, and others after it; of its arguments only a command counts. */
const Use = z.object({
  hook_event_name: z.enum(["PreToolUse", "PostToolUse"]),
  tool_name: z.string(),
  tool_input: z.object({ command: z.union([z.string(), z.array(z.string())]).optional() }).optional(),
});

/** That it is about to end, and whether it was kept from that once already. */
const Stop = z.object({ hook_event_name: z.literal("Stop"), stop_hook_active: z.boolean() });

const Told = z.discriminatedUnion("hook_event_name", [Stop, Use]);

/** Tools of MCP servers: they are called at the gateway, where each has rules of its own. */
const ofServers = /^(?:mcp|loop)_/;

/** The answer in those CLIs' own form; `{}`: go on. */
export interface HookAnswer {
  readonly hookSpecificOutput?: Readonly<Record<string, string>>;
  readonly decision?: "block";
  readonly reason?: string;
}

/**
 * Answers one of them. What cannot be read is no tool that runs a command. An agent that has not heard what people said is kept from
 * its end once; one that does not ask then either may go, and the next attempt is told.
 */
export async function answerHook(parts: HookParts, body: Uint8Array): Promise<HookAnswer> {
  const told = Told.safeParse(parseJson(Buffer.from(body).toString("utf8")));
  if (!told.success) return {};
  if (told.data.hook_event_name === "Stop")
    return parts.words.waits() && !told.data.stop_hook_active ? { decision: "block", reason: pointer } : {};
  const { hook_event_name: name, tool_input: given } = told.data;
  if (name === "PostToolUse") {
    return parts.words.waits() ? { hookSpecificOutput: { hookEventName: name, additionalContext: pointer } } : {};
  }
  const command = given?.command;
  if (command === undefined || parts.rules === null || ofServers.test(told.data.tool_name)) return {};
  const line = typeof command === "string" ? command : command.join(" ");
  const why = await whyNot(parts.rules, parts.asking, line);
  if (why !== null) parts.onRefused(line);
  return why === null ? {} : denial(why);
}

/** The same, of what came with too much to be read. */
export const unreadHook = denial("This has too much in it to be checked. Do it in smaller parts.");

function denial(why: string): HookAnswer {
  const said = { hookEventName: "PreToolUse", permissionDecision: "deny", permissionDecisionReason: why };
  return { hookSpecificOutput: said };
}

/** What the agent is told in the place of what the command would say; null: it may run. */
async function whyNot(rules: CommandRules, asking: Asking, line: string): Promise<string | null> {
  const { choice, command } = judgeLine(rules, line);
  if (choice === "allow") return null;
  if (command === null)
    return "The policy has rules for commands, and this line does not show what it would run. Write the commands out, each by its name.";
  if (choice === "deny")
    return `The policy does not let this command be run: ${command.slice(0, 200)}. Do without it; no other way to the same end is allowed either.`;
  if (line.length > longestAsked)
    return `A person has to approve this command, and can judge one of at most ${longestAsked} characters.`;
  const answer = await untilAllowed(asking, "command", commandWish(line));
  return answer === null ? null : answer.text;
}

/** What a person is asked who is to let a command be run. */
export function commandWish(line: string): string {
  return `Run the command ${inFull(line)}`;
}
