// `loopgate policy`: checks a policy file, explains what one may say, or tells an editor.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Rules } from "../loop/state.ts";
import { generousBounds } from "../policy/clamp.ts";
import { importContract } from "../policy/contract.ts";
import { commentedExample, optionTable } from "../policy/docs.ts";
import { editorSchema } from "../policy/editor-schema.ts";
import { devcontainersApart, environmentFiles, type RepositoryFiles } from "../policy/found/find.ts";
import { isNearName, nearFault, policyPath } from "../policy/near-name.ts";
import { options } from "../policy/options.ts";
import { parsePolicy } from "../policy/parse.ts";
import { filesNamed, type Operator, readRules } from "../policy/rules.ts";
import type { Policy } from "../policy/schema.ts";
import { hostOf } from "../policy/tool-servers.ts";
import { foundWords, unusedWords } from "../report/found.ts";
import { readOperator } from "../settings.ts";
import type { Terminal } from "./terminal.ts";

/**
 * 0 when the file is valid, 1 when a claim would refuse it or it cannot be read. Where the environment has an operator's
 * settings they count too; what goes past bounds is held to them, and noted.
 */
export function checkPolicy(file: string, json: boolean, { env, out, err }: Terminal): number {
  let bytes: Buffer;
  try {
    if (file !== "-" && statSync(file).isDirectory()) {
      err(`loopgate: ${file} is a folder; name the file, as in ${join(file, ".github/loop.yml")}\n`);
      return 1;
    }
    bytes = readFileSync(file === "-" ? 0 : file);
  } catch (error) {
    err(`loopgate: could not read ${file}: ${(error as NodeJS.ErrnoException).code ?? "unknown error"}\n`);
    return 1;
  }
  const checked = check(file, bytes, env);
  if (json) {
    out(`${JSON.stringify(checked, null, 2)}\n`);
  } else if (checked.ok) {
    out(`${file} is valid. ${checked.note}\n`);
  } else {
    err(`${file}, ${checked.message}\n`);
  }
  return checked.ok ? 0 : 1;
}

type Checked =
  | { readonly ok: true; readonly policy: Policy; readonly note: string }
  | { readonly ok: false; readonly message: string; readonly line?: number; readonly column?: number };

function check(file: string, bytes: Buffer, env: Terminal["env"]): Checked {
  const path = `.github/${basename(file)}`;
  if (isNearName(path))
    return { ok: false, message: `which is never read: the policy is \`${policyPath}\`, so rename it` };
  const near = nearNamesBeside(file);
  if (near.length > 0) return { ok: false, message: `which no loop begins by: ${nearFault(near, true)}` };
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { ok: false, message: "which is not text in UTF-8 (UTF-16, perhaps): save it as UTF-8" };
  }
  const parsed = parsePolicy(text);
  if (!parsed.ok) return parsed;
  const { policy } = parsed;
  const beside = filesBeside(file, text);
  const anywhere = readRules({ text, sha: "" }, mostGenerous(policy), "loop", beside);
  if (!anywhere.ok) return anywhere;
  const operator = readOperator(env);
  const isKnown = Object.keys(env).some((name) => name.startsWith("LOOPGATE_") && env[name]);
  if (operator === null || !isKnown)
    return { ok: true, policy, note: [noteOn(policy, text), ...foundNotes(anywhere.rules)].join(" ") };
  const here = readRules({ text, sha: "" }, operator, "loop", beside);
  if (!here.ok) return here;
  const { clamped = [] } = here.rules;
  const note =
    clamped.length === 0
      ? "It is within the bounds of the operator's settings here."
      : `What goes past the bounds of the operator's settings here is held to them: ${clamped.join("; ")}.`;
  return { ok: true, policy, note: [note, ...foundNotes(here.rules)].join(" ") };
}

/** Files of the repository that the policy lies in, from which an environment may come; undefined where it lies in none. */
function filesBeside(file: string, text: string): RepositoryFiles | undefined {
  const place = resolve(file);
  if (basename(dirname(place)) !== ".github") return undefined;
  const root = dirname(dirname(place));
  const files = new Map<string, string>();
  for (const path of [...environmentFiles, ...apartBeside(root), ...filesNamed({ text, sha: "" }).compose]) {
    const whole = join(root, path);
    if (existsSync(whole)) files.set(path, readFileSync(whole, "utf8"));
  }
  return files;
}

function apartBeside(root: string): readonly string[] {
  const folder = join(root, ".devcontainer");
  return existsSync(folder) ? devcontainersApart(readdirSync(folder)) : [];
}

/** Where the environment comes from, as the first comment would say it. */
function foundNotes({ environment }: Rules): string[] {
  const { found } = environment ?? {};
  const from = foundWords(found);
  const unused = unusedWords(found);
  return [...(from === "" ? [] : [`The environment is ${from}.`]), ...(unused === null ? [] : [`${unused}.`])];
}

/** Files of the same repository that keep loops from beginning, as at a claim; none where the policy lies in no repository. */
function nearNamesBeside(file: string): string[] {
  const folder = dirname(resolve(file));
  if (file === "-" || basename(folder) !== ".github") return [];
  const root = dirname(folder);
  // As they are spelled: where letters of either case are one name, the policy itself would be found under the other.
  const beside = readdirSync(folder).map((name) => `.github/${name}`);
  return [...beside, ...readdirSync(root)].filter(isNearName);
}

/** An operator who allows whatever this policy asks for, and has a default for what it leaves out. */
function mostGenerous({ network, tools }: Policy): Operator {
  const any = Number.POSITIVE_INFINITY;
  const named = { command: "of the operator", image: "of the operator" };
  const numbers = Object.fromEntries(Object.keys(generousBounds).map((name) => [name, any]));
  const elsewhere = Object.values(tools.servers).flatMap(({ url, credential }) => {
    const host = url === "" ? null : hostOf(url);
    return host === null ? [] : [{ host, credential }];
  });
  const tool_hosts = elsewhere.map(({ host }) => host);
  const tool_credentials = Object.fromEntries(elsewhere.map(({ host, credential }) => [credential, host]));
  const choices = {
    approvals_minimum: 0,
    may_merge: true,
    hosts: network.allow,
    images: [],
    tool_hosts,
    tool_credentials,
  };
  return {
    bounds: { ...generousBounds, ...numbers, ...choices, programs: true, dockerfiles: true },
    defaults: { agent: named, reviewer: named },
  };
}

function noteOn(policy: Policy, text: string): string {
  const defaults = readOperator({});
  const unknown = "Whether it is within an operator's bounds is known only where the App runs";
  if (defaults === null) return `${unknown}.`;
  const named = mostGenerous(policy).defaults;
  const read = readRules({ text, sha: "" }, { ...defaults, defaults: named }, "loop");
  const past = read.ok ? (read.rules.clamped ?? []).join("; ") : read.message;
  const bounds = past === "" ? "" : ` With the settings' defaults it is not: ${past}.`;
  const left = (["command", "image"] as const).filter(
    (part) => policy.agent[part] === "" && !(part === "command" && policy.agent.kind !== "command"),
  );
  const needs =
    left.length === 0
      ? ""
      : ` It needs the operator's default for ${left.map((part) => `\`agent.${part}\``).join(" and ")}.`;
  return `${unknown}.${bounds}${needs}`;
}

/** Prints the policy that a loop contract becomes, and on the side what of it no option stands for. 1: it cannot be read. */
export function importPolicy(file: string, { out, err }: Terminal): number {
  let text: string;
  try {
    text = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    err(`loopgate: could not read ${file}: ${(error as NodeJS.ErrnoException).code ?? "unknown error"}\n`);
    return 1;
  }
  const imported = importContract(text);
  if (!imported.ok) {
    err(`${file}: ${imported.message}\n`);
    return 1;
  }
  out(imported.text);
  for (const { path, why } of imported.left) err(`Not taken over: ${path}: ${why}\n`);
  return 0;
}

/** Prints the options: as a commented file, a table, or JSON. */
export function explainPolicy(form: { readonly table: boolean; readonly json: boolean }, { out }: Terminal): number {
  if (form.json) out(`${JSON.stringify(options, null, 2)}\n`);
  else out(form.table ? optionTable() : commentedExample());
  return 0;
}

/** Prints the JSON Schema of the file, for editors. */
export function printSchema({ out }: Terminal): number {
  out(`${JSON.stringify(editorSchema(), null, 2)}\n`);
  return 0;
}
