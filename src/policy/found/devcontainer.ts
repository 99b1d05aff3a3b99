// A devcontainer.json as an environment: what a run can have of it, what is left out, and what stands against using it at all.
import { type ParseError, parse } from "jsonc-parser";
import { valueProblem, variableProblem } from "../variables.ts";
import {
  bounded,
  type FoundBuild,
  type FoundRead,
  isGroup,
  isTexts,
  named,
  needsRoot,
  shellWord,
  workspace,
} from "./found.ts";

/** Of an editor, or of a machine where somebody sits: nothing for a run, and left out without a word. */
const ofEditors: ReadonlySet<string> = new Set([
  "$schema",
  "name",
  "customizations",
  "settings",
  "extensions",
  "forwardPorts",
  "portsAttributes",
  "otherPortsAttributes",
  "appPort",
  "devPort",
  "shutdownAction",
  "overrideCommand",
  "userEnvProbe",
  "waitFor",
  "updateRemoteUserUID",
  "init", // every run has one
]);

/** What a run does without, and the thread says so. */
const leftOut: Readonly<Record<string, string>> = {
  postStartCommand: "is of each start",
  postAttachCommand: "is of each start",
  remoteUser: "every run has a user of its own",
  containerUser: "every run has a user of its own",
  workspaceFolder: `the repository is in ${workspace}`,
  hostRequirements: "memory and processors are as policy says",
  secrets: "no credential enters a container",
};

/** What would change the wall around a run, or what it is started from. */
const refused: Readonly<Record<string, (value: unknown) => boolean>> = {
  privileged: (value) => value !== false,
  capAdd: isSome,
  securityOpt: isSome,
  mounts: isSome,
  runArgs: isSome,
  workspaceMount: isSome,
  dockerComposeFile: isSome,
  service: isSome,
  runServices: isSome,
  initializeCommand: isSome, // of the host
  features: isSome,
  overrideFeatureInstallOrder: isSome,
};

const commandKeys = ["onCreateCommand", "updateContentCommand", "postCreateCommand"] as const;
const read: ReadonlySet<string> = new Set([
  "image",
  "build",
  "dockerFile",
  "context",
  "containerEnv",
  "remoteEnv",
  ...commandKeys,
]);

function isSome(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

/**
 * `folder` is the file's own, by which it names others. The specification is https://containers.dev/implementors/json_reference. Commands of one group run one after the other in the order
 * of the file, where an editor runs them side by side.
 */
export function readDevcontainer(text: string, folder = ".devcontainer"): FoundRead {
  const errors: ParseError[] = [];
  const value: unknown = parse(text.replace(/^\uFEFF/, ""), errors, { allowTrailingComma: true });
  if (errors.length > 0 || !isGroup(value)) return { ok: false, why: ["no JSON with comments"] };
  const given = buildOf(value);
  const build = given === null ? null : readBuild(given, folder);
  const why = [...against(value), ...malformed(value), ...(build !== null && "why" in build ? build.why : [])];
  if (why.length > 0) return { ok: false, why };
  const left: string[] = [];
  for (const [key, words] of Object.entries(leftOut)) if (isSome(value[key])) left.push(`\`${key}\` (${words})`);
  const env = variables(value, left);
  const setup = commandKeys.flatMap((key) => commands(value[key]).map(resolved));
  const image = typeof value.image === "string" ? resolved(value.image) : "";
  const built = build === null || "why" in build ? {} : { build };
  return bounded({ ok: true, found: { image: build === null ? image : "", ...built, env, setup, services: {}, left } });
}

/** What the image is built from, also by the old names that stand beside `build`; null: it is not built. */
function buildOf({ build, dockerFile, context }: Readonly<Record<string, unknown>>): unknown {
  if (!isSome(dockerFile)) return isSome(build) ? build : null;
  if (isSome(build) && !isGroup(build)) return build;
  return { ...(isSome(context) ? { context } : {}), ...(isGroup(build) ? build : {}), [oldName]: dockerFile };
}

const oldName = "dockerFile";

/** https://containers.dev/implementors/json_reference/#image-specific: `build`; its paths are told from the file's own folder. */
function readBuild(given: unknown, folder: string): FoundBuild | { readonly why: readonly string[] } {
  if (!isGroup(given)) return { why: ["`build`"] };
  const isOld = Object.hasOwn(given, oldName);
  const { dockerfile = given[oldName], context = ".", args = {}, target } = given;
  const strange = Object.keys(given).filter(
    (key) => !["dockerfile", oldName, "context", "args", "target", "cacheFrom"].includes(key),
  );
  const why = strange.map((key) => `${named(`build.${key}`)}`);
  const told = Object.entries(isGroup(args) ? args : {}).map(([name, value]) => [name, resolvedValue(value)] as const);
  const isArgs = told.every(([, value]) => typeof value === "string" && !value.includes("${"));
  if (!isGroup(args) || !isArgs) why.push("`build.args`");
  if (target !== undefined && (typeof target !== "string" || !/^[\w.-]{1,100}$/.test(target)))
    why.push("`build.target`");
  const root = typeof context === "string" ? within(folder, context) : null;
  const file = typeof dockerfile === "string" ? within(folder, dockerfile) : null;
  const prefix = root === "" ? "" : `${root}/`;
  if (root === null) why.push(`${isOld ? "`context`" : "`build.context`"}, which is no folder of the repository`);
  else if (file === null || file === "" || !file.startsWith(prefix))
    why.push(`${isOld ? "`dockerFile`" : "`build.dockerfile`"}, which is no file in its context`);
  if (why.length > 0 || root === null || file === null) return { why };
  return {
    context: root,
    dockerfile: file.slice(prefix.length),
    args: Object.fromEntries(told) as Readonly<Record<string, string>>,
    ...(typeof target === "string" ? { target } : {}),
  };
}

/** A path told from a folder of the repository, as one told from its root; null where it leads out. */
function within(folder: string, path: string): string | null {
  if (path.startsWith("/") || /[\\\0$]/.test(path) || path.length > 200) return null;
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join("/");
}

/** By name: what is refused, and what is not known. */
function against(value: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(value).flatMap(([key, given]) => {
    if (key === "features" && isSome(given)) return featureNames(given);
    const refuses = Object.hasOwn(refused, key) ? refused[key] : undefined; // a file may have keys that every object has
    if (refuses?.(given)) return [`\`${key}\``];
    if (refuses !== undefined || Object.hasOwn(leftOut, key) || ofEditors.has(key) || read.has(key)) return [];
    return [`${named(key)}, which is not known`];
  });
}

function featureNames(given: unknown): string[] {
  if (!isGroup(given)) return ["`features`"];
  return Object.keys(given)
    .slice(0, 5)
    .map((id) => `the feature ${named(id)}`);
}

/** By name: what is read, and is not as the specification has it, or stands for something of another machine. */
function malformed(value: Readonly<Record<string, unknown>>): string[] {
  const why: string[] = [];
  const { image } = value;
  if (image !== undefined && (typeof image !== "string" || !/^[^\s$]{1,300}$/.test(resolved(image))))
    why.push("`image`");
  for (const key of commandKeys) {
    if (value[key] !== undefined && !isCommand(value[key])) why.push(`\`${key}\``);
    const all = commands(value[key]).map(resolved);
    why.push(...all.flatMap(strangeIn).map((variable) => `\`${key}\` with ${named(variable)}`));
    if (all.some(needsRoot)) why.push(`\`${key}\` with \`sudo\`, which needs root, and no run has it`);
  }
  for (const key of ["containerEnv", "remoteEnv"])
    if (value[key] !== undefined && !isGroup(value[key])) why.push(`\`${key}\``);
  return why;
}

function isCommand(given: unknown): boolean {
  if (given === null || typeof given === "string" || isTexts(given)) return true;
  return isGroup(given) && Object.values(given).every((one) => typeof one === "string" || isTexts(one));
}

/** A text is for a shell, a list is the words of one program, a group has several of either. */
function commands(given: unknown): string[] {
  if (typeof given === "string") return given.trim() === "" ? [] : [given];
  if (isTexts(given)) return given.length === 0 ? [] : [given.map(shellWord).join(" ")];
  return isGroup(given) ? Object.values(given).flatMap(commands) : [];
}

/** With what is known here of what it stands for: the folder, and a developer's variables at their defaults, for nobody sets them. */
function resolved(text: string): string {
  return text
    .replaceAll(/\$\{localEnv:[A-Za-z_]\w*:([^:{}]*)\}/g, "$1") // of a default with a colon tools take different parts
    .replaceAll(/\$\{(?:container|local)WorkspaceFolder\}/g, workspace)
    .replaceAll(/\$\{containerWorkspaceFolderBasename\}/g, workspace.slice(1));
}

function resolvedValue(given: unknown): unknown {
  return typeof given === "string" ? resolved(given) : given;
}

/** What only the machine of a developer, or a container that is there already, could say. */
function strangeIn(text: string): string[] {
  return text.match(/\$\{(?:localEnv|containerEnv|env|localWorkspaceFolderBasename|devcontainerId)\b[^}]*\}/g) ?? [];
}

/** Variables that a run can have; the others are left out by name. */
function variables(value: Readonly<Record<string, unknown>>, left: string[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const key of ["containerEnv", "remoteEnv"]) {
    for (const [name, given] of Object.entries(value[key] ?? {})) {
      if (given === null) continue; // in remoteEnv: not set
      const told = typeof given === "string" ? resolved(given) : String(given);
      const problem = isGroup(given) || isTexts(given) ? "is no text" : (strangeProblem(told) ?? problemOf(name, told));
      if (problem === null) env[name] = told;
      else left.push(`the variable ${named(name)}, which ${problem}`);
    }
  }
  return env;
}

function strangeProblem(text: string): string | null {
  const [variable] = strangeIn(text);
  return variable === undefined ? null : `stands for ${named(variable)}`;
}

function problemOf(name: string, value: string): string | null {
  if (value.length > 1000) return "is longer than 1000 characters";
  return variableProblem(name) ?? valueProblem(value);
}
