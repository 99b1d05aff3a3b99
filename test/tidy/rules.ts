// The rules of the house, each a function from the source tree to sentences about what breaks it.
import { type Import, importsOf, isCode, type Source, withoutComments } from "./source.ts";

export type Rule = (sources: readonly Source[]) => string[];

/** Rooms by layer: design.md's layers, with the files at the root put where they belong. */
export const layers: readonly (readonly string[])[] = [
  ["base"],
  ["loop", "policy"],
  ["record", "verify", "brief", "report", "environment.ts", "folders.ts", "settings.ts", "log.ts"],
  ["github", "container", "environment", "agents", "gateway", "store"],
  ["engine", "runs"],
  ["app.ts", "cockpit"],
  ["wire.ts", "door.ts", "standby.ts"],
  ["cli"],
  ["main.ts"],
];

/** What may look sideways within its layer. */
const sideways: readonly [from: string, to: string][] = [
  ["policy", "loop"],
  ["settings.ts", "environment.ts"],
  ["settings.ts", "folders.ts"],
  ["wire.ts", "door.ts"],
  ["standby.ts", "wire.ts"],
  ["standby.ts", "door.ts"],
];

const adapters = layers[3] ?? [];
const pure = ["loop", "policy", "record", "verify", "brief", "report"];
const ports = "engine/ports.ts";

const roomOf = (path: string) => path.split("/")[0] ?? "";
const layerOf = (path: string) => layers.findIndex((rooms) => rooms.includes(roomOf(path)));

function imports(sources: readonly Source[]): Import[] {
  return sources.filter(isCode).flatMap(importsOf);
}

/** Imports go downwards; adapters meet only in the engine's ports and in the runs; the forge stands apart. */
export const layering: Rule = (sources) =>
  imports(sources)
    .filter(({ relative, from, to }) => relative && to.startsWith("../") === false && roomOf(from) !== roomOf(to))
    .flatMap((one) => {
      const why = wrongWay(one);
      return why === null ? [] : [`${one.from} imports ${one.to}: ${why}`];
    });

function wrongWay({ from, to, typeOnly }: Import): string | null {
  if (roomOf(to) === "forge")
    return /^cli\/(demo|bench-(idle|hostile|crowd)-stage)/.test(from)
      ? null
      : "the forge is for the demo, the bench and the tests only";
  if (roomOf(from) === "forge") return roomOf(to) === "base" ? null : "the forge knows nothing of the App";
  const [above, below] = [layerOf(from), layerOf(to)];
  if (above < 0) return `${roomOf(from)} has no layer`;
  if (below < 0) return `${roomOf(to)} has no layer`;
  if (roomOf(from) === "engine" && adapters.includes(roomOf(to))) {
    return from === ports && typeOnly ? null : "the engine knows adapters by the types of its ports only";
  }
  if (to === ports && [...adapters, "runs"].includes(roomOf(from)))
    return typeOnly ? null : "adapters and runs take types from the ports";
  if (below < above) return null;
  if (sideways.some(([one, other]) => one === roomOf(from) && other === roomOf(to))) return null;
  return below === above ? "rooms of one layer do not know each other" : "that is upwards";
}

/** The only places where a package may be imported. */
const homes: readonly { readonly packages: RegExp; readonly home: RegExp; readonly types?: RegExp }[] = [
  { packages: /^dockerode$/, home: /^container\// },
  { packages: /^@octokit\/graphql-schema$/, home: /^forge\// },
  { packages: /^(probot|@octokit\/(?!graphql-schema).*)$/, home: /^(github\/|app\.ts$)/ },
  { packages: /^node:sqlite$/, home: /^store\// },
  { packages: /^(hono|@hono\/.*)(\/.*)?$/, home: /^(forge|cockpit)\// },
  { packages: /^(marked|sanitize-html|graphql|playwright-core)$/, home: /^forge\// },
  { packages: /^pino$/, home: /^log\.ts$/, types: /^github\// },
  { packages: /^commander$/, home: /^(main\.ts$|cli\/)/ },
  { packages: /^picomatch$/, home: /^forge\/actions\// },
  { packages: /^yaml$/, home: /^(policy|verify\/gaming)\// },
  { packages: /^smol-toml$/, home: /^verify\/gaming\// },
  { packages: /^web-tree-sitter$/, home: /^runs\/grammars\.ts$/ },
  { packages: /^saxes$/, home: /^verify\// },
  { packages: /^@modelcontextprotocol\/.*$/, home: /^gateway\/tools\// },
  { packages: /^@secretlint\/.*$/, home: /^gateway\// },
];

/** A package stays in the room that translates it. */
export const packages: Rule = (sources) =>
  imports(sources).flatMap(({ from, to, relative, typeOnly }) => {
    const rule = relative ? undefined : homes.find((one) => one.packages.test(to));
    const mayHave = rule === undefined || rule.home.test(from) || (typeOnly && rule.types?.test(from));
    return mayHave ? [] : [`${from} imports ${to}, which belongs elsewhere`];
  });

const impure: readonly { readonly name: string; readonly found: RegExp }[] = [
  { name: "the clock", found: /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.|\bhrtime\b/ },
  { name: "randomness", found: /\bMath\.random\b|\brandom(Bytes|UUID|Int|Fill|FillSync)\b|\bgetRandomValues\b/ },
  { name: "the process", found: /\bprocess\b\.|\bglobalThis\b/ },
  { name: "a timer", found: /\bset(Timeout|Interval|Immediate)\(|\bqueueMicrotask\(/ },
  { name: "waiting", found: /\basync\b(?=\s*[(\w])|\bawait\b(?=\s+\S)/ },
  { name: "the network", found: /\bfetch\(/ },
];

/** What a pure room may take from Node: functions of their arguments. */
const pureModules = ["node:crypto", "node:zlib", "node:util", "node:buffer"];

/** Pure rooms know no clock, chance, process, timer, file or network. */
export const purity: Rule = (sources) =>
  sources
    .filter((source) => isCode(source) && pure.includes(roomOf(source.path)))
    .flatMap((source) => {
      const text = withoutComments(source.text);
      const uses = impure.filter(({ found }) => found.test(text)).map(({ name }) => name);
      const modules = importsOf(source).filter(({ to }) => to.startsWith("node:") && !pureModules.includes(to));
      return [...uses, ...modules.map(({ to }) => to)].map((what) => `${source.path} is pure but uses ${what}`);
    });

/** Only commands speak to the terminal, and they have a `Terminal` for it. */
export const silence: Rule = (sources) =>
  sources
    .filter((source) => isCode(source) && !source.path.startsWith("cli/"))
    .filter(({ text }) => /\bconsole\s*\./.test(withoutComments(text)))
    .map(({ path }) => `${path} writes to the console`);

/** Every file is reached from the program's door; an asset, by its name in a file beside it. */
export const reached: Rule = (sources) => {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const seen = new Set<string>();
  const visit = (path: string) => {
    const source = byPath.get(path);
    if (source === undefined || seen.has(path)) return;
    seen.add(path);
    if (!isCode(source)) return;
    for (const { to, relative } of importsOf(source)) if (relative) visit(to);
    for (const asset of assetsBeside(source, sources)) visit(asset);
  };
  visit("main.ts");
  return sources
    .filter(({ path }) => !seen.has(path) && !/\.(md|d\.mts)$/.test(path))
    .map(({ path }) => `${path} is used by nobody`);
};

function assetsBeside({ path, text }: Source, sources: readonly Source[]): string[] {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const beside = sources.filter((other) => !isCode(other) && other.path.startsWith(folder)).map((other) => other.path);
  return beside.filter((asset) => text.includes(`${asset.slice(folder.length)}"`));
}

const opening: Readonly<Record<string, RegExp>> = {
  ts: /^\/\/ [A-Z`].+/,
  mts: /^\/\/ [A-Z`].+/,
  mjs: /^\/\/ [A-Z`].+/,
  js: /^\/\/ [A-Z`].+/,
  sh: /^(#!.*\n)?# [A-Z`].+/,
  css: /^\/\* [A-Z`].+/,
};

/** A file begins by saying what lives in it. */
export const introduced: Rule = (sources) =>
  sources
    .filter(({ path, text }) => opening[path.split(".").at(-1) ?? ""]?.test(text) === false)
    .map(({ path }) => `${path} does not begin with a comment that says what lives in it`);

const vague = /(^|[/-])(utils?|helpers?|common|managers?|services?|misc)([/.-]|$)/i;

/** Names say what a thing is for. */
export const named: Rule = (sources) =>
  sources.filter(({ path }) => vague.test(path)).map(({ path }) => `${path} has a name that says nothing`);

/** Nothing is left for later, exported by default, or passed through. */
export const finished: Rule = (sources) =>
  sources.flatMap(({ path, text }) => [
    ...(/\b(TODO|FIXME|XXX)\b/.test(text) ? [`${path} leaves something to do`] : []),
    ...(/^export default\b/m.test(text) && path !== "app.ts" ? [`${path} has a default export`] : []),
    ...(/^export \* from\b/m.test(text) ? [`${path} passes another file's exports through`] : []),
  ]);
