// The last lines of a run that failed, fit for the thread: what it was that failed, short, and with no credential in it.
import { maskCredentials } from "../base/credentials.ts";
import { excerptOf } from "./excerpt.ts";
import { plain } from "./plain.ts";

const characters = 1_500;
const lines = 40;
const readAtMost = 64 * 1024;

/** At most 1,500 characters of the output's last 40 lines: those that tell most, and its end. Empty where it wrote nothing. */
export function lastLines(log: string): string {
  const end = maskCredentials(plain(log.slice(-readAtMost))).trimEnd();
  // Git pads what a remote says.
  const last = end.split("\n").slice(-lines);
  return excerptOf(
    last.map((line) => line.trimEnd()),
    characters,
  ).trim();
}
