// The files that a check left: reports and artifacts by their globs. The folder was written by the check, so no link is followed.
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { maskCredentials } from "../base/credentials.ts";
import type { RunOutcome } from "../container/run.ts";
import { globMatcher, globsMatcher } from "../policy/glob.ts";
import type { CheckRun } from "../verify/checked.ts";
import type { LeftPictures } from "../verify/pictures/left.ts";
import { LARGEST_PICTURE } from "../verify/pictures/png.ts";
import { emptyIsClean } from "../verify/reports/empty.ts";
import { judgeReports } from "../verify/reports/judge.ts";
import type { Report } from "../verify/reports/report.ts";
import { contents } from "./left-reports.ts";
import { readPictures } from "./pictures.ts";
import { readReports } from "./reports.ts";

const FILES = 200_000;
const REPORTS = 500;
const DEEPEST = 40;

/** Removes what is there already: a report that the command did not write is no evidence of its run. */
export async function removeMatching(dir: string, globs: readonly string[]): Promise<void> {
  for (const path of await matching(dir, globs)) await rm(join(dir, path), { force: true });
}

interface LeftFiles {
  readonly reports: readonly Report[];
  /** Globs that nothing matches. */
  readonly missing: readonly string[];
  readonly pictures: LeftPictures;
}

/** Reads the reports; more than 500 are said to be missing rather than left out in silence. */
async function readLeft(
  dir: string,
  { reports, artifacts }: { readonly reports: readonly string[]; readonly artifacts: readonly string[] },
  roots: readonly string[],
): Promise<LeftFiles> {
  const files = await allFiles(dir);
  const matchers = [...reports, ...artifacts].map((glob) => ({ glob, matches: globMatcher(glob) }));
  const missing = matchers.filter(({ matches }) => !files.some(matches)).map(({ glob }) => glob);
  const paths = files.filter(globsMatcher(reports));
  const read = await readReports({ dir, paths: paths.slice(0, REPORTS), roots });
  const more = paths.length > REPORTS ? [`${paths.length - REPORTS} reports beyond the first ${REPORTS}`] : [];
  return { reports: read, missing: [...missing, ...more], pictures: await picturesAmong(dir, files, artifacts) };
}

/** So many files that call themselves pictures are looked at; of more it is said that they are not. */
const PICTURES = 50;

/** Which are pictures is told by their contents: the name only says which ones are meant to be. */
async function picturesAmong(
  dir: string,
  files: readonly string[],
  artifacts: readonly string[],
): Promise<LeftPictures> {
  if (artifacts.length === 0) return { pictures: [], unread: [] };
  const named = files.filter(globsMatcher(artifacts)).filter((path) => /\.png$/i.test(path));
  const read: { path: string; bytes: Uint8Array }[] = [];
  for (const path of named.slice(0, PICTURES))
    read.push({ path, bytes: await contents(join(dir, path), LARGEST_PICTURE) });
  return readPictures(read);
}

async function matching(dir: string, globs: readonly string[]): Promise<string[]> {
  return (await allFiles(dir)).filter(globsMatcher(globs));
}

/** Regular files, relative to the folder, in order; without git's own and what package managers install. */
async function allFiles(dir: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (folder: string, depth: number): Promise<void> => {
    if (depth > DEEPEST) return;
    const entries = await readdir(join(dir, folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (found.length >= FILES || entry.name === ".git" || entry.name === "node_modules") continue;
      if (entry.isFile()) found.push(path);
      else if (entry.isDirectory()) await visit(path, depth + 1);
    }
  };
  await visit("", 0);
  return found;
}

/** What a command left in its workspace, and how it ended, as one reading. */
export async function readCheckRun(
  outcome: RunOutcome,
  check: {
    readonly name: string;
    readonly command: string;
    readonly reports: readonly string[];
    readonly artifacts: readonly string[];
    readonly empty?: "clean" | "no_evidence" | undefined;
  },
  workspaceDir: string,
): Promise<CheckRun> {
  const left = await readLeft(workspaceDir, check, [workspaceDir, "/workspace"]);
  const ended = outcome.status === "finished" || outcome.status === "failed";
  const reading = judgeReports(left.reports, {
    exitCode: ended ? outcome.exitCode : null,
    missing: left.missing,
    unfit: left.pictures.unread.filter(({ beyond }) => !beyond),
    exitCodeOnly: check.reports.length === 0,
    emptyIsClean: emptyIsClean(check),
  });
  return {
    state: outcome.status === "lost" ? "lost" : reading.state,
    reading,
    note: outcome.note,
    log: maskCredentials(outcome.log),
    logCut: outcome.logTruncated,
    milliseconds: outcome.endedAt - outcome.startedAt,
    pictures: left.pictures,
  };
}
