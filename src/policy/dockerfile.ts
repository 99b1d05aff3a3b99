// A Dockerfile as the engine's own builder may have it: what it is built from, and what in it stands against building it here.

export type DockerfileRead =
  /** `bases`: images that it is built from, each once; `steps`: how many instructions it has. */
  | { readonly ok: true; readonly bases: readonly string[]; readonly steps: number }
  /** By name what is refused, a few words each; nothing of it is built then. */
  | { readonly ok: false; readonly why: readonly string[] };

const most = { characters: 65_536, steps: 200 };

/** Instructions that are built as they stand, and the flags that each may have. */
const flagsOf: Readonly<Record<string, readonly string[]>> = {
  ADD: ["chown"],
  ARG: [],
  CMD: [],
  COPY: ["chown", "from"],
  ENTRYPOINT: [],
  ENV: [],
  EXPOSE: [],
  FROM: [],
  HEALTHCHECK: ["interval", "timeout", "start-period", "retries"],
  LABEL: [],
  MAINTAINER: [],
  RUN: [],
  SHELL: [],
  STOPSIGNAL: [],
  USER: [],
  WORKDIR: [],
};

/** Known, and refused: what a run could write to beyond its limits, and what would be done to those who build on it. */
const refused: Readonly<Record<string, string>> = {
  VOLUME: "`VOLUME`, where a run could write past its limits",
  ONBUILD: "`ONBUILD`",
};

/**
 * The classic form: https://docs.docker.com/reference/dockerfile. `args` are given to the build in place of the defaults of `ARG`.
 */
export function readDockerfile(text: string, args: Readonly<Record<string, string>> = {}): DockerfileRead {
  if (text.length > most.characters) return { ok: false, why: [`more than ${most.characters} characters`] };
  const why = new Set(directivesAgainst(text));
  const instructions = instructionsIn(text);
  if (instructions.length > most.steps) why.add(`more than ${most.steps} instructions`);
  const given = new Map<string, string>(Object.entries(args));
  const stages = new Set<string>();
  const bases = new Set<string>();
  for (const [index, { name, rest }] of instructions.entries()) {
    for (const word of against(name, rest)) why.add(word);
    if (name === "ARG" && bases.size + stages.size === 0) noteDefault(rest, given);
    if (name === "COPY" || name === "ADD") {
      const from = /(?:^|\s)--from=(\S+)/.exec(rest)?.[1];
      if (from !== undefined && !/^\d+$/.test(from) && !stages.has(from.toLowerCase()))
        why.add("`COPY --from` an image, and not a stage of its own");
    }
    if (name !== "FROM") continue;
    const [, said = "", stage] = /^(\S+)(?:\s+as\s+(\S+))?$/i.exec(rest) ?? [];
    const base = filledIn(said, given);
    if (base === null) why.add("`FROM` without an image's name that is known before the build");
    else if (base !== "scratch" && !stages.has(base.toLowerCase())) bases.add(base);
    stages.add((stage ?? `\0${index}`).toLowerCase());
  }
  if (stages.size === 0) why.add("no `FROM`");
  return why.size > 0 ? { ok: false, why: [...why] } : { ok: true, bases: [...bases], steps: instructions.length };
}

/** Of an instruction, what is refused by name. */
function against(name: string, rest: string): string[] {
  const known = Object.hasOwn(flagsOf, name) ? flagsOf[name] : undefined;
  const why = Object.hasOwn(refused, name) ? refused[name] : undefined;
  if (known === undefined) return [why ?? `\`${name.slice(0, 30)}\`, which is not known`];
  const flags = /^(?:--\S+\s*)*/.exec(rest)?.[0].split(/\s+/).filter(Boolean) ?? [];
  const closed = flags
    .map((flag) => /^--([\w-]*)/.exec(flag)?.[1] ?? "")
    .filter((flag) => !known.includes(flag))
    .map((flag) => `\`${name} --${flag.slice(0, 30)}\``);
  const isFar = name === "ADD" && /(?:^|[\s"'[,])(?:[a-z][a-z0-9+.-]*:\/\/|git@|\$)/i.test(rest);
  const hasHere = ["RUN", "COPY", "ADD"].includes(name) && /(?<!<)<<-?\s?["']?[A-Za-z_]/.test(rest);
  return [
    ...closed,
    ...(isFar ? ["`ADD` of an address"] : []),
    ...(hasHere ? [`\`${name}\` with a document in the Dockerfile itself (\`<<\`)`] : []),
  ];
}

/** Directives stand before everything else; one may have the file read by a program from elsewhere. */
function directivesAgainst(text: string): string[] {
  const found: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, name = "", value = ""] = /^\s*#\s*([A-Za-z][\w.-]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === "") {
      if (/^\s*#/.test(line) || line.trim() === "") continue;
      break;
    }
    if (name.toLowerCase() === "syntax") found.push("`# syntax`, by which a program from elsewhere would read it");
    if (name.toLowerCase() === "escape" && value !== "\\") found.push("`# escape`");
  }
  return found;
}

interface Instruction {
  /** In capitals. */
  readonly name: string;
  readonly rest: string;
}

/** Lines that end in a backslash go on; comments and empty lines between them are nothing. */
function instructionsIn(text: string): readonly Instruction[] {
  const found: Instruction[] = [];
  let whole = "";
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const goesOn = /\\[ \t]*$/.test(line);
    whole += goesOn ? line.replace(/\\[ \t]*$/, " ") : line;
    if (goesOn) continue;
    found.push(instructionOf(whole));
    whole = "";
  }
  return whole.trim() === "" ? found : [...found, instructionOf(whole)];
}

function instructionOf(line: string): Instruction {
  const [, name = "", rest = ""] = /^\s*(\S+)\s*([\s\S]*?)\s*$/.exec(line) ?? [];
  return { name: name.toUpperCase(), rest };
}

function noteDefault(rest: string, given: Map<string, string>): void {
  const [, name = "", value] = /^([A-Za-z_]\w*)(?:=["']?([^"'\s]*)["']?)?$/.exec(rest) ?? [];
  if (name !== "" && value !== undefined && !given.has(name)) given.set(name, value);
}

/** With what stands for its variables; null where that is not known, or is no plain word. */
function filledIn(said: string, given: ReadonlyMap<string, string>): string | null {
  let isKnown = true;
  const filled = said.replaceAll(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g, (_, braced, plain) => {
    const value = given.get(braced ?? plain);
    if (value === undefined) isKnown = false;
    return value ?? "";
  });
  return isKnown && filled !== "" && !/["'$\\\s]/.test(filled) ? filled : null;
}
