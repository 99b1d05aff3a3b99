// What git answers about objects named by their ids, remembered: it never changes, and one push asks for the same many times.
import { type GitResult, tryGit } from "./run.ts";

const known = new Map<string, Promise<GitResult>>();
const most = 256;

/**
 * Runs git once for the same folder and arguments, which must name objects by full ids only. Both answers that git gives by its
 * exit code, 0 and 1, last; anything else is asked again, as an object may come with the next push.
 */
export function lastingGit(dir: string, args: readonly string[]): Promise<GitResult> {
  const question = [dir, ...args].join("\0");
  const answer = known.get(question) ?? tryGit(dir, args);
  known.delete(question);
  known.set(question, answer);
  if (known.size > most) known.delete(known.keys().next().value as string);
  const forget = () => known.get(question) === answer && known.delete(question);
  answer.then(({ code }) => code > 1 && forget(), forget);
  return answer;
}

/** Whether all that the arguments of `git log` name is named by full ids, so that the answer lasts. */
export function isLasting(args: readonly string[]): boolean {
  const revisions = args.slice(0, args.includes("--") ? args.indexOf("--") : args.length);
  return revisions.every((one, index) =>
    one.startsWith("-")
      ? /^(-n|--reverse|--max-count=\d+)$/.test(one)
      : /^[0-9a-f]{40}(\.\.[0-9a-f]{40})?$/.test(one) || revisions[index - 1] === "-n",
  );
}
