// The calls of one run's tools, however they come: each within its bounds, answered in time and told before it is answered.
import { refused, type ServedTool, type ToolAnswer, type ToolCall } from "./tool.ts";
import { pointer, type Words } from "./words.ts";

export interface CallLimits {
  /** Calls over the whole run. */
  readonly calls: number;
  /** Calls at a time. */
  readonly atOnce: number;
  /** Bytes of one answer's text. */
  readonly answerBytes: number;
  /** Until a call is answered, in milliseconds: the shortest patience among clients is 60 s. */
  readonly callMs: number;
}

export interface CallsRequest {
  readonly tools: readonly ServedTool[];
  readonly words: Words;
  /** How many calls the run had made before this process served it. */
  readonly earlier?: number;
  /** Told of each call before it is answered. `named`: what was called, as the client put it. */
  readonly onCall: (call: ToolCall, named: string) => Promise<void>;
  /** Told of a tool's own error, which the client only hears of as a failure. */
  readonly onError: (error: unknown) => void;
}

/** An answer within its bounds. */
export interface Made extends ToolAnswer {
  /** Whether there is a tool of that name. */
  readonly isThere: boolean;
}

export interface Calls {
  readonly tools: readonly ServedTool[];
  /** Never rejects but where telling of it does. */
  make(name: string, given: unknown): Promise<Made>;
  /** Ends what is under way. */
  end(): void;
}

interface Serving extends CallsRequest {
  readonly bounds: CallLimits;
  readonly ended: AbortController;
  calls: number;
  open: number;
}

export function createCalls(request: CallsRequest, bounds: CallLimits): Calls {
  const serving: Serving = { ...request, bounds, ended: new AbortController(), calls: request.earlier ?? 0, open: 0 };
  return {
    tools: request.tools,
    make: (name, given) => make(serving, name, given),
    end: () => serving.ended.abort(),
  };
}

async function make(serving: Serving, name: string, given: unknown): Promise<Made> {
  const startedAt = performance.now();
  const tool = serving.tools.find((one) => one.name === name);
  serving.open += 1;
  serving.calls += 1;
  const answer = await (unfitCall(serving, tool) ?? answered(serving, tool as ServedTool, given)).finally(() => {
    serving.open -= 1;
  });
  const text = clipped(answer.text, serving.bounds.answerBytes);
  const ms = Math.round(performance.now() - startedAt);
  const { outcome } = answer;
  await serving.onCall({ tool: tool?.name ?? null, outcome, ms, bytes: Buffer.byteLength(text) }, name);
  const { handed } = answer;
  const isThere = tool !== undefined;
  if (handed !== undefined) return { isThere, outcome, text: `${text}\n\n${handed.text}`, handed };
  return { isThere, outcome, text: serving.words.waits() ? `${text}\n\n${pointer}` : text };
}

/** Why a call is not made. The name is the agent's own word, and not repeated. */
function unfitCall({ calls, open, bounds, tools }: Serving, tool: ServedTool | undefined): Promise<ToolAnswer> | null {
  const says = (sentence: string) => Promise.resolve(refused(sentence));
  if (tool === undefined) return says(`There is no such tool. There are ${tools.map(({ name }) => name).join(", ")}.`);
  if (calls > bounds.calls)
    return says(`A run may call its tools ${bounds.calls} times, and this one has. Go on without them.`);
  return open > bounds.atOnce ? says(`A run may make ${bounds.atOnce} calls at a time. Wait for those first.`) : null;
}

/** In time, whatever the tool does. */
async function answered(serving: Serving, tool: ServedTool, given: unknown): Promise<ToolAnswer> {
  const { bounds, ended, onError } = serving;
  const late = AbortSignal.timeout(bounds.callMs);
  const gone = AbortSignal.any([late, ended.signal]);
  const tooLate = new Promise<ToolAnswer>((resolve) => {
    const giveUp = () => resolve({ outcome: "failed", text: "The tool did not answer in time." });
    gone.addEventListener("abort", giveUp, { once: true });
  });
  try {
    const made = tool.call(given);
    const answer = await Promise.race([made, tooLate]);
    made.then((one) => (one === answer ? undefined : one.handed?.settle(false))).catch(() => {}); // its words are not lost with it
    return answer;
  } catch (error) {
    onError(error);
    return { outcome: "failed", text: "The tool failed, by no fault of yours. You can go on without it." };
  }
}

/** At most so many bytes, cut between characters. */
function clipped(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text;
  const note = "\n(The rest was left out for length.)";
  const kept = Buffer.from(text)
    .subarray(0, most - Buffer.byteLength(note))
    .toString("utf8");
  return `${kept.replace(/\uFFFD$/, "")}${note}`;
}
