// The file .env beside where the program is started: settings that the environment does not have yet.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { Terminal } from "./terminal.ts";

type Environment = Terminal["env"];

export type WithEnvFile =
  | { readonly ok: true; readonly env: Environment }
  | { readonly ok: false; readonly message: string };

/**
 * The environment with what `.env` in `folder` adds: a name that is set already keeps its value. Quotes around a value are
 * taken off. A line that is none is refused by its number, never by its text, which may be part of a key.
 */
export function withEnvFile(env: Environment, folder: string = process.cwd()): WithEnvFile {
  const file = join(folder, ".env");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { ok: true, env };
    return { ok: false, message: `${file} cannot be read (${code}).` };
  }
  const wrong = lineThatIsNone(text);
  if (wrong !== null) {
    const message = `${file}, line ${wrong}: this is neither NAME=value nor a comment. A private key of several lines goes in as one line of base64 (base64 -w0 key.pem). Nothing was started.`;
    return { ok: false, message };
  }
  const added = Object.entries(parseEnv(text)).filter(([name]) => env[name] === undefined);
  // Proxies are looked up where they are used, in the process's own environment.
  if (env === process.env) for (const [name, value] of added) process.env[name] = value;
  return { ok: true, env: { ...env, ...Object.fromEntries(added) } };
}

/** The number of the first such line outside of a value in quotes; null where there is none. */
function lineThatIsNone(text: string): number | null {
  let quote: string | null = null;
  for (const [index, line] of text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .entries()) {
    if (quote !== null) {
      if (line.includes(quote)) quote = null;
      continue;
    }
    if (/^\s*(#|$)/.test(line)) continue;
    const [, value] = /^\s*(?:export\s+)?[A-Za-z_][A-Za-z0-9_]*\s*=\s*(.*)$/.exec(line) ?? [];
    if (value === undefined) return index + 1;
    const opening = /^(["'`])/.exec(value)?.[1];
    if (opening !== undefined && !value.slice(1).includes(opening)) quote = opening;
  }
  return null;
}
