// The file of settings that a new App's credentials go into: readable by its owner only, and nothing in it is ever replaced.
import { randomBytes } from "node:crypto";
import { type FileHandle, open, readFile, realpath, rename, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { parseEnv } from "node:util";
import { Fault } from "../../base/fault.ts";
import type { Registered } from "../../github/register.ts";
import type { Answers } from "./answers.ts";
import { apiOf, usualPagesPort } from "./manifest.ts";

export type Lines = readonly (readonly [name: string, value: string])[];

/** The settings that a new App brings, and what `serve` cannot do without beside them. */
export function settingsOf(app: Registered, { github, publicUrl, pagesUrl }: Answers, relayImage: string): Lines {
  const { apiUrl, gitUrl } = apiOf(github);
  return [
    ["LOOPGATE_APP_ID", String(app.id)],
    ["LOOPGATE_APP_SLUG", app.slug],
    ["LOOPGATE_PRIVATE_KEY", Buffer.from(app.pem).toString("base64")],
    ["LOOPGATE_WEBHOOK_SECRET", app.webhook_secret ?? randomBytes(32).toString("hex")],
    ["LOOPGATE_SEAL_SECRET", randomBytes(32).toString("hex")],
    ["LOOPGATE_RELAY_IMAGE", relayImage],
    ...(publicUrl === null ? [["LOOPGATE_INTAKE", "poll"] as const] : []),
    ["LOOPGATE_OPERATOR_PORT", String(usualPagesPort)],
    ["LOOPGATE_CLIENT_ID", app.client_id],
    ["LOOPGATE_CLIENT_SECRET", app.client_secret],
    ...(pagesUrl === null ? [] : [["LOOPGATE_OPERATOR_URL", pagesUrl] as const]),
    ...(apiUrl === "https://api.github.com" ? [] : [["LOOPGATE_GITHUB_URL", apiUrl] as const]),
    ...(gitUrl === null ? [] : [["LOOPGATE_GIT_URL", gitUrl] as const]),
  ];
}

/** What only the App's own registration may set. */
const ofAnApp = [
  "LOOPGATE_APP_ID",
  "LOOPGATE_APP_SLUG",
  "LOOPGATE_PRIVATE_KEY",
  "LOOPGATE_PRIVATE_KEY_FILE",
  "LOOPGATE_WEBHOOK_SECRET",
  "LOOPGATE_SEAL_SECRET",
  "LOOPGATE_CLIENT_ID",
  "LOOPGATE_CLIENT_SECRET",
];

/**
 * Whether the file can take a new App's settings: it is not there, or names nothing of an App, and its folder can be written.
 * Throws Fault that says what is in the way; nothing of the file is changed.
 */
export async function requireRoom(path: string): Promise<void> {
  const taken = namesIn(await textOf(path)).filter((name) => ofAnApp.includes(name));
  if (taken.length > 0)
    throw inTheWay(`${path} names an App already (${taken.join(", ")}). Move it away, or name another file.`);
  const target = await targetOf(path);
  const trial = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString("hex")}`);
  const file = await opened(trial, path);
  await file.close();
  await unlink(trial);
}

/**
 * Adds the settings below what the file has, in one step, readable and writable by its owner only. A setting that is there
 * with a value is left as it is, unless it is one of an App's: then nothing is written. Throws Fault.
 */
export async function addSettings(path: string, lines: Lines, about: string): Promise<void> {
  const before = await textOf(path);
  const there = namesIn(before);
  const taken = there.filter((name) => ofAnApp.includes(name));
  if (taken.length > 0) throw inTheWay(`${path} names another App by now (${taken.join(", ")}).`);
  const added = lines.filter(([name]) => !there.includes(name)).map(([name, value]) => `${name}=${value}\n`);
  const gap = before === "" ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const target = await targetOf(path);
  const fresh = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString("hex")}`);
  const file = await opened(fresh, path);
  try {
    await file.writeFile(`${before}${gap}# ${about}\n${added.join("")}`);
    await file.sync();
    await file.close();
    await rename(fresh, target);
  } catch (error) {
    await file.close().catch(() => {});
    await unlink(fresh).catch(() => {});
    throw unwritten(path, error);
  }
}

/** The names that have a value. */
function namesIn(text: string): string[] {
  return Object.entries(parseEnv(text)).flatMap(([name, value]) => (value === undefined || value === "" ? [] : [name]));
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return "";
    throw inTheWay(`${path} cannot be read (${code}).`, error);
  }
}

/** What a link leads to is replaced, not the link. */
const targetOf = (path: string) => realpath(path).catch(() => path);

async function opened(fresh: string, path: string): Promise<FileHandle> {
  try {
    return await open(fresh, "wx", 0o600);
  } catch (error) {
    throw unwritten(path, error);
  }
}

const inTheWay = (said: string, cause?: unknown) => new Fault(said, { kind: "conflict", retry: "never", cause });

function unwritten(path: string, error: unknown): Fault {
  const { code = "unknown error" } = error as NodeJS.ErrnoException;
  return new Fault(`${path} cannot be written (${code}).`, { kind: "engine", retry: "later", cause: error });
}
