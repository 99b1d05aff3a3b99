// What a file of the repository's own says of its environment, whichever tool it was written for.

/** A container beside a run, as such a file has it. */
export interface FoundService {
  readonly image: string;
  readonly command?: string[];
  readonly env: Record<string, string>;
  readonly ready?: string;
  readonly tmpfs: string[];
}

/** A Dockerfile: the folder of the repository that its build sees, empty for all of it, and its path there. */
export interface FoundBuild {
  readonly context: string;
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  readonly target?: string;
}

/** An environment as a file describes it. */
export interface Found {
  /** Empty: the file names none. */
  readonly image: string;
  /** What the image is built from; absent: it is named, or there is none. */
  readonly build?: FoundBuild;
  readonly env: Readonly<Record<string, string>>;
  readonly setup: readonly string[];
  readonly services: Readonly<Record<string, FoundService>>;
  /** What of the file is left out, a few words each, for the thread. */
  readonly left: readonly string[];
}

/** `why`: what stands against using the file at all, a few words each; nothing of it is obeyed then. */
export type FoundRead = { readonly ok: true; readonly found: Found } | { readonly ok: false; readonly why: string[] };

/** Where a run has the repository. */
export const workspace = "/workspace";

/** Whether a command of a shell asks for root by the usual way. */
export function needsRoot(command: string): boolean {
  return /(?:^|[\s;&|(])sudo\s/.test(command);
}

/** How much a file may say that a loop's record carries: commands, and characters of commands and variables together. */
const most = { commands: 20, characters: 12_000 };

/** The same, or refused where it says more than a record can carry. */
export function bounded(read: FoundRead): FoundRead {
  if (!read.ok) return read;
  const { setup, env, services, build } = read.found;
  if (setup.length > most.commands) return { ok: false, why: [`more than ${most.commands} commands`] };
  if (JSON.stringify([setup, env, services, build]).length > most.characters)
    return { ok: false, why: [`more than ${most.characters} characters of commands and variables`] };
  return read;
}

/** One word of a shell command, whatever it holds. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

export function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** A name of theirs as it is said: what a file holds may be anything. */
export function named(name: string): string {
  return `\`${name.replaceAll(/[^\w .:/@${}*-]/gu, "?").slice(0, 60)}\``;
}
