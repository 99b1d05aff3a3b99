// Rules about words: who may hold sentences that people read, and phrases that nobody would say in English.
import type { Rule } from "./rules.ts";
import { isCode, type Source, withoutComments } from "./source.ts";

/** Rooms that deal in facts: what they come to is said in `report/`. */
const wordless = ["loop", "engine", "runs"];

/** Sentences that stand elsewhere for now or for good, and why. */
export const spokenFor: Readonly<Record<string, string>> = {
  "loop/upgrade.ts": "what earlier versions said, to know it again",
  "loop/attempt.ts": "findings: they brief the next agent as well as the people, and are kept as they were told",
  "loop/judge.ts": "findings, likewise",
  "engine/run.ts": "a run's note",
  "engine/look/adoption.ts": "a run's note",
  "runs/report.ts": "a run's note",
  "runs/silence.ts": "a run's note",
  "runs/comparison.ts": "what `rerun` prints: lines of a table",
  "runs/recorded.ts": "what `rerun` says is gone: Fault messages",
  "runs/rerun.ts": "what `rerun` says is gone: Fault messages",
};

/** Calls whose text goes to the log, to a Fault or to whoever mends a Bug. */
const asides = /^(?:stay|assert|toFault|Fault|Bug|(?:.*\.)?(?:info|warn|error|debug|fatal))$/;

/** No sentence for people in the rooms that decide, drive and run. */
export const wordlessRooms: Rule = (sources) =>
  sources
    .filter((source) => isCode(source) && wordless.includes(source.path.split("/")[0] ?? ""))
    .filter(({ path }) => !Object.hasOwn(spokenFor, path))
    .flatMap((source) => sentencesIn(source).map((text) => `${source.path} says ${JSON.stringify(text)}`));

/** The literals of a file that read like a sentence, log lines and the like left out. */
function sentencesIn(source: Source): string[] {
  const text = withoutComments(source.text);
  return [...text.matchAll(/(["'`])((?:\\.|(?!\1)[^\\])*)\1/g)]
    .filter(({ 2: words = "", index }) => isSentence(words) && !isAside(text.slice(0, index)))
    .map(({ 2: words = "" }) => words);
}

function isSentence(words: string): boolean {
  return /^[A-Z$`][^\n]*\S+ \S+ \S+[^\n]*[.!?:]$/.test(words);
}

/** True when the text before a literal says that it is none for people: a property's name, or the call that it is given to. */
function isAside(before: string): boolean {
  if (/\b(?:note|message|attempted)\s*[:=][^;,{}]*$/.test(before)) return true;
  let depth = 0;
  for (let at = before.length - 1; at >= 0 && before[at] !== ";"; at -= 1) {
    if (before[at] === ")") depth += 1;
    if (before[at] !== "(") continue;
    if (depth > 0) depth -= 1;
    else if (asides.test(/[\w.]*$/.exec(before.slice(0, at))?.[0] ?? "")) return true;
  }
  return false;
}

/** Phrases of other tongues and of nobody's, with what was meant. */
const unsaid: readonly RegExp[] = [
  /\b(?:does|do|did) not stand\b/, // is invalid
  /\bis no (?:whole number|http|JSON|App name)/, // must be …
  /\bhands? in\b|\bhanded in\b/, // submits
  /\bwhat waits\b/, // the commit that is waiting
  /\btaken in\b/, // accepted
  /\bis to be done\b/, // is needed
  /\bgoes on by itself\b/, // continues by itself
  /\bthis machine is none\b/,
  /\bbelongs there\b|\bhere belongs\b/, // is expected there
  /\bsays? of (?:its|his|her|the) (?:work|own)\b/, // about
  /\bperson's yes\b/, // approval
  /\bstands? in the thread\b/, // is in
  /\bcannot stand (?:in|for)\b/,
  /\bat its defaults\b/,
  /\ba hole in the wall\b/,
];

const isMap = ({ path, text }: Source) => path === "README.md" && text.startsWith("# The map");

/** Whatever people may read is checked: literals of the source, and files of words. */
export const plainEnglish: Rule = (sources) =>
  sources.flatMap((source) => {
    // The map quotes the titles of tests, which are for whoever works on this.
    if (isMap(source)) return [];
    const text = isCode(source) ? withoutComments(source.text) : source.text;
    return unsaid.flatMap((phrase) => (phrase.exec(text) ?? []).slice(0, 1).map((said) => `${source.path}: “${said}”`));
  });
