// Jobs of GitHub Actions that were ended from outside: their runner was lost, or GitHub called them off. They judged nothing.
import { isEnding } from "./evidence.ts";
import type { CheckFact } from "./facts.ts";

/** The path of annotations that are about no file, as the runner's and GitHub's own are. */
const noFile = ".github";

/**
 * What GitHub writes on a job whose runner went away, or that gave way to a run of another commit in its `concurrency` group.
 * https://github.com/actions/runner/issues/2624, https://github.com/actions/runner-images/issues/10401,
 * https://github.com/actions/runner-images/issues/3517, https://github.com/merickvaughn/lifting-logbook/issues/673
 */
const ends: readonly RegExp[] = [
  /^The (?:self-hosted|hosted) runner\b.{0,200}? lost communication with the server\b/i,
  /^The runner has received a shutdown signal\b/i,
  /^The hosted runner encountered an error while running your job\b/i,
  /^GitHub Actions has encountered an internal error when running your job\b/i,
  /^An error occurred while provisioning resources\b/i,
  /^Received request to deprovision\b/i,
  /^The job was not acquired by Runner of type hosted\b/i,
  /^Canceling since a (?:higher priority waiting request|deadlock) for\b/i,
];

const conclusions = ["failure", "cancelled"];

/**
 * GitHub's words for what ended the job from outside; null where it ended by itself, which anything else that is said of a
 * failure shows. A change can bring a runner down, and can write such words: what was cut short is never green for it.
 */
export function cutShortBy({ app, done, conclusion, annotations }: CheckFact): string | null {
  if (!done || app?.slug !== "github-actions" || !conclusions.includes(conclusion ?? "")) return null;
  const failures = annotations.filter(({ level = "failure" }) => level === "failure");
  const isOutside = ({ path, message }: CheckFact["annotations"][number]) =>
    path === noFile && ends.some((words) => words.test(message.trim()));
  const found = failures.find(isOutside);
  if (found === undefined || !failures.every((one) => isOutside(one) || isEnding(one.message))) return null;
  return found.message;
}
