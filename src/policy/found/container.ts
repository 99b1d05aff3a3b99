// A container beside the job or the others, as a Compose file and a workflow describe one: what a run can have, and what is refused by name.
import { isVariableName, serviceVariableProblem } from "../variables.ts";
import { type FoundService, isGroup, isTexts, named, shellWord } from "./found.ts";

export type ServiceRead =
  | { readonly ok: true; readonly service: FoundService }
  | { readonly ok: false; readonly why: string[] };

/** What changes nothing for a container that ends with its run and answers on its loopback alone. */
const ofCompose: ReadonlySet<string> = new Set([
  "annotations",
  "attach",
  "container_name",
  "cpus",
  "deploy",
  "expose",
  "hostname",
  "init",
  "labels",
  "logging",
  "mem_limit",
  "mem_reservation",
  "networks",
  "profiles",
  "pull_policy",
  "restart",
  "stdin_open",
  "stop_grace_period",
  "stop_signal",
  "tty",
]);

const readOfCompose: ReadonlySet<string> = new Set([
  "command",
  "environment",
  "healthcheck",
  "image",
  "ports",
  "tmpfs",
  "volumes",
  "privileged",
]);

/** A service of a Compose file (https://docs.docker.com/reference/compose-file/services/). */
export function composeService(given: Readonly<Record<string, unknown>>): ServiceRead {
  const why = Object.keys(given).flatMap((key) =>
    ofCompose.has(key) || readOfCompose.has(key) || key.startsWith("x-") ? [] : [named(key)],
  );
  if (given.privileged !== undefined && given.privileged !== false) why.push("`privileged`");
  const image = interpolated(given.image, why, "image");
  if (given.image === undefined && given.build === undefined) why.push("no `image`");
  const command = commandIn(given.command, why);
  const tmpfs = [...foldersIn(given.tmpfs, why), ...volumesIn(given.volumes, why)];
  const ready = healthIn(given.healthcheck, why);
  portsIn(given.ports, why);
  const env = variablesIn(given.environment, why);
  return serviceOf({ image, command, env, ready, tmpfs }, why);
}

/** A service of a job (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idservices). */
export function jobService(given: Readonly<Record<string, unknown>>): ServiceRead {
  const why = Object.keys(given).flatMap((key) =>
    ["image", "env", "ports", "options"].includes(key) ? [] : [named(key)],
  );
  if (hasExpression(given)) why.push("an expression of GitHub Actions");
  const image = typeof given.image === "string" ? given.image : "";
  if (image === "") why.push("no `image`");
  portsIn(given.ports, why);
  const env = variablesIn(given.env, why);
  return serviceOf({ image, command: null, env, ready: optionsIn(given.options, why), tmpfs: [] }, why);
}

/** Whether GitHub Actions would fill something in. */
export function hasExpression(given: unknown): boolean {
  return /\$\{\{/.test(JSON.stringify(given));
}

function serviceOf(
  given: Omit<FoundService, "command" | "ready"> & { readonly command: string[] | null; readonly ready: string | null },
  why: string[],
): ServiceRead {
  if (why.length > 0) return { ok: false, why };
  const { image, env, tmpfs, command, ready } = given;
  if (image.length > 300 || /\s/.test(image)) return { ok: false, why: ["`image`"] };
  if (command?.some((word) => word.length > 1000) || (ready?.length ?? 0) > 1000)
    return { ok: false, why: ["a command of more than 1000 characters"] };
  const optional = { ...(command === null ? {} : { command }), ...(ready === null ? {} : { ready }) };
  return { ok: true, service: { image, env, tmpfs, ...optional } };
}

/** https://docs.docker.com/reference/compose-file/interpolation/: a variable is its default, since nobody sets one here. */
function interpolated(given: unknown, why: string[], key: string): string {
  if (given === undefined || given === null) return "";
  if (typeof given === "object") return refuse(why, named(key));
  let unknown: string | null = null;
  const text = String(given).replaceAll(
    /\$(?:\$|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-?+])([^}]*))?\})/g,
    (whole, ...found) => {
      const [, name, operator, fallback] = found as (string | undefined)[];
      if (whole === "$$") return "$";
      if (operator === "-" || operator === ":-") return fallback ?? "";
      unknown ??= `\${${found[0] ?? name}}`;
      return "";
    },
  );
  return unknown === null ? text : refuse(why, `${named(key)} with ${named(unknown)}, which has no default`);
}

function refuse(why: string[], words: string): string {
  why.push(words);
  return "";
}

/** A list is words; a text is split at blanks, and one that would take a shell to read is refused. */
function commandIn(given: unknown, why: string[]): string[] | null {
  if (given === undefined || given === null) return null;
  if (isTexts(given)) return given.map((word) => interpolated(word, why, "command"));
  const text = interpolated(given, why, "command").trim();
  if (/["'\\`$]/.test(text)) refuse(why, "`command` with quotes: give it as a list");
  return text === "" ? null : text.split(/\s+/);
}

function variablesIn(given: unknown, why: string[]): Record<string, string> {
  const env: Record<string, string> = {};
  const pairs = Array.isArray(given) ? given.map(pairOf) : Object.entries(isGroup(given) ? given : {});
  for (const [name, value] of pairs) {
    if (!isVariableName(name)) refuse(why, `the variable ${named(name)}`);
    else if (value === undefined || value === null) refuse(why, `the variable ${named(name)}, which has no value here`);
    else {
      const told = interpolated(value, why, name);
      if (told.length > 1000 || serviceVariableProblem(name, told) !== null) refuse(why, `the variable ${named(name)}`);
      else env[name] = told;
    }
  }
  return env;
}

/** `NAME=value`, or `NAME` alone, which Compose takes from the machine that it runs on. */
function pairOf(line: unknown): [string, unknown] {
  const [name = "", ...rest] = String(line).split("=");
  return [name, rest.length === 0 ? undefined : rest.join("=")];
}

/** What keeps nothing on the host: memory stands in for it, and it ends with the run. */
function volumesIn(given: unknown, why: string[]): string[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) return [refuse(why, "`volumes`")].filter(Boolean);
  return given.flatMap((volume) => {
    const { type, source, target } = volumeOf(isGroup(volume) ? volume : interpolated(volume, why, "volumes"));
    if (type === "tmpfs" || (type === "volume" && isFolder(target))) return isFolder(target) ? [target] : [];
    refuse(why, `\`volumes\`: ${named(source)}`);
    return [];
  });
}

/** The short form is `source:target:mode`, and a source that is no name is a path of the host. */
function volumeOf(given: unknown): { readonly type: string; readonly source: string; readonly target: string } {
  if (isGroup(given))
    return { type: String(given.type), source: String(given.source ?? ""), target: String(given.target ?? "") };
  const parts = String(given).split(":");
  const [source = "", target] = parts;
  if (target === undefined) return { type: "volume", source, target: source };
  return { type: /^[\w-][\w.-]*$/.test(source) ? "volume" : "bind", source, target };
}

function foldersIn(given: unknown, why: string[]): string[] {
  const all = given === undefined || given === null ? [] : Array.isArray(given) ? given : [given];
  return all.flatMap((one) => {
    const folder = String(one).split(":")[0] ?? "";
    if (isFolder(folder)) return [folder];
    refuse(why, `\`tmpfs\`: ${named(folder)}`);
    return [];
  });
}

/** As in the policy's own `tmpfs`. */
function isFolder(path: string): boolean {
  return (
    path.length <= 200 && /^(?:\/(?!\.{1,2}(?:\/|$))[\w.-]+)+$/.test(path) && !/^\/(?:proc|sys|dev)(?:\/|$)/.test(path)
  );
}

/** The command that succeeds once it is ready; null: it has none. */
function healthIn(given: unknown, why: string[]): string | null {
  if (!isGroup(given) || given.disable === true) return null;
  const { test } = given;
  if (typeof test === "string") return interpolated(test, why, "healthcheck");
  const [kind, ...words] = isTexts(test) ? test.map((word) => interpolated(word, why, "healthcheck")) : [];
  if (kind === "CMD-SHELL") return words.join(" ");
  if (kind === "CMD") return words.map(shellWord).join(" ");
  if (kind !== "NONE") refuse(why, "`healthcheck`");
  return null;
}

/** A port of the host leads nowhere here: only one that is the container's own is what the repository's tests would use. */
function portsIn(given: unknown, why: string[]): void {
  for (const port of Array.isArray(given) ? given : []) {
    const [host, inside] = isGroup(port)
      ? [String(port.published ?? port.target), String(port.target)]
      : portOf(String(port));
    if (host !== inside)
      refuse(
        why,
        `\`ports\`: ${named(isGroup(port) ? host : String(port))}, since it answers on ${named(inside)} here`,
      );
  }
}

/** `[address:][host:]container[/protocol]`; a host port that is a variable is its default. */
function portOf(text: string): [host: string, inside: string] {
  const told = interpolated(text, [], "ports").replace(/\/(?:tcp|udp)$/, "");
  const parts = told.split(":");
  const inside = parts.at(-1) ?? "";
  return [parts.at(-2) ?? inside, inside];
}

/** Of the engine's options those that say when it is healthy, which is all that most have. */
function optionsIn(given: unknown, why: string[]): string | null {
  if (given === undefined || given === null || given === "") return null;
  let ready: string | null = null;
  const option =
    /\s*--health-(cmd|interval|timeout|retries|start-period|start-interval)(?:=|\s+)("[^"]*"|'[^']*'|[^\s"']+)/y;
  const text = String(given).trim();
  while (option.lastIndex < text.length) {
    const at = option.lastIndex;
    const found = option.exec(text);
    if (found === null) {
      refuse(why, `\`options\`: ${named(text.slice(at).trim().split(/[\s=]/)[0] ?? "")}`);
      return null;
    }
    if (found[1] === "cmd") ready = (found[2] ?? "").replace(/^(["'])(.*)\1$/s, "$2");
  }
  return ready;
}
