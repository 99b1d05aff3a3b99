// The grammar of commands: the first line of a comment, `/loop <verb> …` or `@<slug> <verb> …`.
import { type Verb, verbs } from "../../loop/event.ts";

/** Longer arguments are cut: nobody types this much on one line. */
const argumentLimit = 4_000;

/** Markdown shows what stands this far in as code: somebody quotes a command, and gives none. */
const indentedCode = /^(?: {4}| {0,3}\t)/;

/** Letters of other scripts become these in lower case, and a byte order mark is a blank: GitHub mentions nobody by them. */
const plain = /^[\x21-\x7e]+$/;

/**
 * The command on the first line, or null when there is none, or where Markdown shows it as code. A bare `/loop` asks for help; `/loop` with a word that is
 * no verb is the verb "unknown" and is answered; a mention with one is conversation and is not.
 */
export function parseCommand(body: string, slug: string): { verb: Verb; argument: string } | null {
  const shown = body.slice(0, body.search(/\r|\n|$/));
  if (indentedCode.test(shown)) return null;
  const line = shown.trimEnd().replace(/^[ \t]+/, "");
  const [head = "", word = ""] = line.split(/\s+/, 2);
  const isMention = head.toLowerCase() === `@${slug.toLowerCase()}`;
  if (!plain.test(head) || (head.toLowerCase() !== "/loop" && !isMention)) return null;
  const verb = verbs.find((known) => known === word.toLowerCase());
  if (!verb && isMention) return null;
  const rest = line.slice(head.length).trimStart();
  if (!verb) return { verb: word === "" ? "help" : "unknown", argument: rest.slice(0, argumentLimit) };
  return { verb, argument: rest.slice(word.length).trim().slice(0, argumentLimit) };
}
