// The tools of other servers as a run is served them: those that policy names, as they were when the run began, each call checked first.
import { z } from "zod";
import { maskCredentials } from "../../../base/credentials.ts";
import { Fault } from "../../../base/fault.ts";
import { dataBlock } from "../../../brief/quote.ts";
import { servedName } from "../../../brief/tools.ts";
import type { ToolServer } from "../../../loop/state.ts";
import { unfitArgument } from "../../../policy/arguments.ts";
import { type Asking, inFull, longestAsked, untilAllowed } from "../asking.ts";
import { type KeepPicture, refused, type ServedTool, type ToolAnswer } from "../tool.ts";
import type { ServerClient } from "./client.ts";
import { answerOf, picturesIn } from "./result.ts";
import { cleaned, inputSchemaOf } from "./schema.ts";

/** With what stands before it, within the 1,024 characters that a provider takes. */
const described = 950;

/** A tool as it was agreed on when the run began. */
const AgreedTool = z.object({
  name: z.string(),
  description: z.string(),
  inputSchema: z.looseObject({ type: z.literal("object") }),
  readOnly: z.boolean(),
});

/** What a server was found to offer, of that which policy names; `problem`: why it offers nothing. */
export const Agreed = z.object({ server: z.string(), tools: z.array(AgreedTool), problem: z.string().nullable() });
export type Agreed = z.infer<typeof Agreed>;

export const unreadAgreed = "What it offered when the run began cannot be read any more, so nothing of it is.";

/** How people are asked about calls, and where pictures go that are answered with. */
export type AskingAndKeeping = Asking & { readonly keep: KeepPicture };

/** The servers beside a run. */
export interface RunServers {
  /** `ask`: how a person is asked about a call; `use`: how what was allowed is used up; `keep`: where pictures go that they answer with. */
  tools(asking: Pick<AskingAndKeeping, "ask" | "use" | "keep">): readonly ServedTool[];
  end(): Promise<void>;
}

/** Of a server's own list what policy lets through, in policy's order. Of tools with one name the first counts. */
export function agreedOf({ name: server, tools }: ToolServer, listed: readonly unknown[]): Agreed {
  const found = tools.flatMap(({ name }) => {
    const one = listed.find((entry) => (entry as { name?: unknown } | null)?.name === name);
    return one === undefined ? [] : [agreedTool(name, one as Readonly<Record<string, unknown>>)];
  });
  const problem = found.length === 0 && tools.length > 0 ? "It has none of the tools that the policy names." : null;
  return { server, tools: found, problem };
}

function agreedTool(name: string, { description, inputSchema, annotations }: Readonly<Record<string, unknown>>) {
  return {
    name,
    description: typeof description === "string" ? cleaned(description, described) : "",
    inputSchema: inputSchemaOf(inputSchema),
    readOnly: (annotations as { readOnlyHint?: unknown } | null | undefined)?.readOnlyHint === true,
  };
}

/**
 * The tools of one server. One that never came up serves all that policy names, each of which says what is wrong: an agent that was told of
 * them learns why there are none.
 */
export function serverTools(
  server: ToolServer,
  agreed: Agreed,
  client: Pick<ServerClient, "call">,
  asking: AskingAndKeeping,
): ServedTool[] {
  const { problem } = agreed;
  if (problem !== null) return server.tools.map(({ name }) => absent(servedName(server.name, name), problem));
  return agreed.tools.map((tool) => {
    const called = servedName(server.name, tool.name);
    const { arguments: patterns = {}, ask } = server.tools.find(({ name }) => name === tool.name) ?? {};
    return {
      name: called,
      description: `A tool of the server ${server.name}, which says of it: ${tool.description || "nothing"}`,
      inputSchema: tool.inputSchema,
      readOnly: tool.readOnly,
      async call(given) {
        const unfit = unfitArgument(patterns, given);
        if (unfit !== null)
          return refused(`The policy does not allow this call: its argument ${unfit} is not one that may be given.`);
        const waits = ask === true ? await waiting(asking, called, given) : null;
        if (waits !== null) return waits;
        return client
          .call(tool.name, given)
          .then(async (result) => answerOf(called, result, await picturesIn(result, asking.keep)), failed);
      },
    };
  });
}

/** What the agent is told of a call that a person has to allow; null: one has. */
async function waiting(asking: Asking, tool: string, given: unknown): Promise<ToolAnswer | null> {
  const text = inFull(given ?? {});
  if (text.length > longestAsked)
    return refused(`A person has to approve this call, and can judge arguments of at most ${longestAsked} characters.`);
  return untilAllowed(asking, "call", `Call ${tool} with ${text}`);
}

function absent(name: string, problem: string): ServedTool {
  const call = async () => failed(new Fault(problem, { kind: "unavailable", retry: "never" }));
  return {
    name,
    description: "Not there in this run.",
    inputSchema: { type: "object", properties: {} },
    readOnly: false,
    call,
  };
}

function failed(error: unknown): ToolAnswer {
  if (!(error instanceof Fault)) throw error;
  const text = `The server of this tool failed, by no fault of yours. Go on without it.\n\n${dataBlock("why", maskCredentials(error.message))}`;
  return { outcome: "failed", text };
}
