// What the executor says of its own attempt, by its tools and in a file: read leniently, clipped, recorded as a claim, never trusted.
import { z } from "zod";
import { type Claim, claimBounds, planBounds } from "../loop/state.ts";
import { jsonIn } from "./answer-file.ts";
import type { Told } from "./told.ts";

const longest = claimBounds.text;
const { entries } = claimBounds;

// Each field is read by itself: one of another type than agreed is as if it were not there, and takes no other with it.
const text = z
  .union([z.string(), z.array(z.string()).transform((values) => values.join("\n"))])
  .transform((value) => value.trim().slice(0, longest) || null)
  .catch(null);
/** What agents put where they have nothing to say, its words alone. */
const nothingSaid = new Set([
  ...["", "none", "no", "nil", "null", "undefined", "nothing", "na", "n a", "not applicable"],
  ...["no question", "no questions", "no questions at this time"],
]);
const said = text.transform((value) => (value === null || isBlank(value) ? null : value));
const permission = said.transform((value) => value?.slice(0, claimBounds.permission) ?? null); // granted and compared word for word
const list = z
  .union([z.array(z.unknown()), z.string().transform((value): unknown[] => [value])])
  .catch([])
  .transform((values) => values.filter((value): value is string => typeof value === "string" && !isBlank(value)))
  .transform((values) => values.slice(0, entries).map((value) => value.slice(0, claimBounds.entry)));

const short = (most: number) => text.transform((value) => value?.slice(0, most) ?? "");
const listOf = (entries: number, most: number) =>
  z
    .union([z.array(z.unknown()), z.string().transform((value): unknown[] => value.split("\n"))])
    .catch([])
    .transform((values) => values.filter((value): value is string => typeof value === "string" && !isBlank(value)))
    .transform((values) => values.slice(0, entries).map((value) => value.trim().slice(0, most).toWellFormed()));

/** A plan without a step is none. */
const plan = z
  .object({
    summary: short(planBounds.text),
    steps: listOf(planBounds.steps, planBounds.step),
    files: listOf(planBounds.files, planBounds.file),
    verification: short(planBounds.text),
    estimate: short(planBounds.step),
  })
  .refine(({ steps }) => steps.length > 0)
  .nullable()
  .catch(null);

const Answer = z.object({
  plan,
  summary: text,
  confidence: z.number().min(0).max(1).nullable().catch(null),
  question: said,
  choices: list.transform((values) => values.slice(0, claimBounds.choices)),
  recommendation: said.transform((value) => value?.slice(0, claimBounds.entry) ?? null),
  permission,
  blocked_on: said,
  nothing_to_do: said,
  assumptions: list,
  decisions: list,
});

/**
 * What an executor claims: by result.json, and by its tools before that. Where both say one thing the file has the last word, since
 * it is written at the end; what it leaves out or has nothing in takes back nothing of what was told. Lists are joined, what
 * was told first. The last progress told stands for a summary where there is none. Null where neither says anything that can be
 * read: there is no file, or it is no JSON object.
 */
export function parseClaim(file: string | null, told?: Told): Claim | null {
  const written = Answer.safeParse(jsonIn(file)).data ?? null;
  const said = told === undefined ? null : Answer.parse(told);
  if (written === null && said === null) return null;
  const [last, first] = [written ?? unsaid, said ?? unsaid];
  return {
    summary: last.summary ?? first.summary ?? Answer.parse({ summary: told?.progress }).summary ?? "",
    confidence: last.confidence ?? first.confidence,
    question: last.question ?? first.question,
    ...offered(last.question === null ? first : last),
    permission: last.permission ?? first.permission,
    blockedOn: last.blocked_on ?? first.blocked_on,
    ...planIn(last, first),
    nothingToDo: last.nothing_to_do ?? first.nothing_to_do,
    assumptions: joined(first.assumptions, last.assumptions),
    decisions: joined(first.decisions, last.decisions),
  };
}

function planIn(...told: readonly z.infer<typeof Answer>[]): Pick<Claim, "plan"> {
  const plan = told.find((one) => one.plan !== null)?.plan ?? null;
  return plan === null ? {} : { plan };
}

/** What goes with a question, and is nothing without one. */
function offered({
  question,
  choices,
  recommendation,
}: z.infer<typeof Answer>): Pick<Claim, "choices" | "recommendation"> {
  if (question === null) return {};
  return { ...(choices.length === 0 ? {} : { choices }), ...(recommendation === null ? {} : { recommendation }) };
}

const unsaid = Answer.parse({});

/** The first of both, each once. */
function joined(first: readonly string[], more: readonly string[]): string[] {
  return [...first, ...more.filter((entry) => !first.includes(entry))].slice(0, entries);
}

function isBlank(value: string): boolean {
  const words = value.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ");
  return nothingSaid.has(words.trim());
}
