// `loopgate policy`: checks a policy file, or explains what one may say.
import { readFileSync } from "node:fs";
import { commentedExample, optionTable } from "../policy/docs.ts";
import { options } from "../policy/options.ts";
import { parsePolicy } from "../policy/parse.ts";
import type { Terminal } from "./terminal.ts";

/** 0 when the file stands, 1 when it does not or cannot be read. The operator's bounds are not known here. */
export function checkPolicy(file: string, json: boolean, { out, err }: Terminal): number {
  let text: string;
  try {
    text = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    err(`loopgate: could not read ${file}: ${(error as NodeJS.ErrnoException).code ?? "unknown error"}\n`);
    return 1;
  }
  const parsed = parsePolicy(text);
  if (json) {
    out(`${JSON.stringify(parsed.ok ? { ok: true, policy: parsed.policy } : parsed, null, 2)}\n`);
  } else if (parsed.ok) {
    out(`${file} stands. Whether it is within an operator's bounds is known only where the App runs.\n`);
  } else {
    err(`${file}, ${parsed.message}\n`);
  }
  return parsed.ok ? 0 : 1;
}

/** Prints the options: as a commented file, a table, or JSON. */
export function explainPolicy(form: { readonly table: boolean; readonly json: boolean }, { out }: Terminal): number {
  if (form.json) out(`${JSON.stringify(options, null, 2)}\n`);
  else out(form.table ? optionTable() : commentedExample());
  return 0;
}
