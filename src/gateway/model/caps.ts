// What a run has learned of how each of its models takes a limit on output: under which name, how high, and whether at all.
import { parseJson } from "../../base/parse-json.ts";
import { isObject, objectAt } from "./json.ts";

/** The two names that Chat Completions has for it; each is unknown to some servers. */
export type CapName = "max_tokens" | "max_completion_tokens";

export interface Caps {
  /** The limit to send in place of `wanted`. */
  limit(model: string, wanted: number): number;
  /** The name that this model's server takes; null where nothing was learned. */
  name(model: string): CapName | null;
  /** Reads a refusal. True when it was about the limit, so that the call may be made again. */
  refused(model: string, sent: number, text: string): boolean;
  /** Compares what came back with what was allowed. */
  answered(model: string, allowed: number, came: number): void;
  /** Whether an answer was longer than it was allowed to be. */
  ignores(model: string): boolean;
}

/** Some providers count a few tokens more than they produce; a server that does not know the limit is far beyond. */
const slack = 1.1;
const slackTokens = 64;

/** `model` stands for a model at a provider. */
export function createCaps(): Caps {
  const limits = new Map<string, number>();
  const names = new Map<string, CapName>();
  const ignoring = new Set<string>();
  const next = new Map<string, number>(); // for the next call alone: it depends on the input
  return {
    limit(model, wanted) {
      const once = next.get(model) ?? wanted;
      next.delete(model);
      return Math.min(wanted, limits.get(model) ?? wanted, once);
    },
    name: (model) => names.get(model) ?? null,
    refused(model, sent, text) {
      const sentence = sentenceIn(text);
      const name = wantedName(sentence);
      if (name !== null && names.get(model) !== name) {
        names.set(model, name);
        return true;
      }
      const room = roomIn(sentence);
      if (room !== null && room < sent) {
        next.set(model, room);
        return true;
      }
      const most = mostIn(sentence, sent);
      if (most !== null) limits.set(model, most);
      return most !== null;
    },
    answered(model, allowed, came) {
      if (came > allowed * slack + slackTokens) ignoring.add(model);
    },
    ignores: (model) => ignoring.has(model),
  };
}

function sentenceIn(text: string): string {
  const body = objectAt(parseJson(text));
  const { message } = isObject(body.error) ? body.error : body;
  return typeof message === "string" ? message.slice(0, 2000) : "";
}

/** As OpenAI says it of its reasoning models, and servers that know one name only of the other. */
function wantedName(sentence: string): CapName | null {
  if (/use '?max_completion_tokens'? instead/i.test(sentence)) return "max_completion_tokens";
  const isUnknown = /(unknown|unrecognized|unsupported|unexpected|extra|not permitted)/i.test(sentence);
  return isUnknown && /max_completion_tokens/.test(sentence) ? "max_tokens" : null;
}

/** What the context has left for output, as vLLM says it: its length, and the tokens of the input. */
function roomIn(sentence: string): number | null {
  const length = /context (?:length|window)\D{0,20}(\d+)/i.exec(sentence)?.[1];
  const input = /(\d+) (?:in the messages|input tokens|tokens in the prompt)/i.exec(sentence)?.[1];
  const room = Number(length) - Number(input) - 1;
  return room > 0 ? room : null;
}

/** The highest limit that the refusal names, as OpenAI, Anthropic, Groq, DeepSeek and others put it in their own words. */
function mostIn(sentence: string, sent: number): number | null {
  if (!/max_\w*tokens|maxOutputTokens|(completion|output) tokens/i.test(sentence)) return null;
  const named = [...sentence.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  const below = named.filter((number) => number < sent && number >= 256);
  return below.length === 0 ? null : Math.max(...below);
}
