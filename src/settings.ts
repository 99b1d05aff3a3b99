// What the operator sets in the environment: read once, checked as a whole, refused in one message that prints no value.
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import type { z } from "zod";
import { Environment, type UidRange } from "./environment.ts";
import { dataFolderProblem, toolsFolderProblem } from "./folders.ts";
import type { Operator } from "./policy/rules.ts";

/** The settings as the program uses them. */
export interface Settings {
  readonly app: { readonly id: number; readonly slug: string; readonly privateKey: string };
  /** The secret in use first, then the one on its way out. */
  readonly webhookSecrets: readonly [string, ...string[]];
  readonly sealSecret: string;
  /** Addresses without a trailing slash. */
  readonly github: { readonly apiUrl: string; readonly gitUrl: string; readonly throttle: boolean };
  readonly dataDir: string;
  /** Address of the PostgreSQL database that holds the store. Absent: a SQLite file in the data folder. */
  readonly store?: string;
  /** `poll`: webhooks are read from GitHub's log of them. Absent: they arrive. */
  readonly intake?: "webhook" | "poll";
  readonly listen: { readonly host: string; readonly port: number };
  /** Where `/metrics` and `/readyz` are served. Absent: nowhere. */
  readonly operatorDoor?: {
    readonly host: string;
    readonly port: number;
    /** Where people reach its pages through a TLS proxy, without a slash at the end. Absent: on this machine only. */
    readonly url?: string;
  };
  /** By what people sign in to those pages with GitHub. Absent: nobody can. */
  readonly client?: { readonly id: string; readonly secret: string };
  /** Where the week's message is sent, and on whose clock it is Monday. Absent: nowhere. */
  readonly weekly?: { readonly url: string; readonly timeZone: string };
  readonly label: string;
  readonly concurrentRuns: number;
  /** Where each run's own user is taken from, where the App is root. Absent: all runs have the same. */
  readonly runUids?: UidRange;
  /** How long a loop must have heard nothing before GitHub is asked how it stands, in milliseconds. */
  readonly reconcileMs: number;
  /** To how many repositories that come at once the App proposes a first policy; 0: it does not introduce itself. */
  readonly introductions: number;
  readonly relayImage: string | null;
  /** The engine's OCI runtime for runs. Absent: its default. */
  readonly ociRuntime?: string | null;
  /** Folder of agent CLIs, read-only in every run. Absent: only what the image has. */
  readonly tools?: string | null;
  /** How images are built from Dockerfiles of repositories. Absent: none is. */
  readonly build?: { readonly bases: readonly string[]; readonly mostBytes: number; readonly keptBytes: number };
  /** Images that may be pulled where they are not there. Absent: none. */
  readonly pull?: { readonly from: readonly string[]; readonly mostBytes: number };
  /** How long what runs were made of is kept, in milliseconds. Absent: for ever. */
  readonly recordsMs?: number;
  /** How much all that is kept may take, in bytes. Absent: anything. */
  readonly keepBytes?: number;
  /** What kept set-ups may take on disk. */
  readonly environmentBytes?: number;
  /** Where packages are read, with the tokens that never enter a container. Absent: nowhere. */
  readonly registries?: Readonly<
    Partial<
      Record<RegistryName, { readonly url: string; readonly token: string | null; readonly also?: readonly string[] }>
    >
  >;
  /** What packages from there may take on disk. */
  readonly registryBytes?: number;
  /** What tool servers elsewhere are shown, by the names that policies use. Absent: nothing. */
  readonly toolCredentials?: Readonly<
    Record<string, { readonly host: string; readonly header: string; readonly value: string }>
  >;
  readonly logLevel: "debug" | "info" | "warn" | "error";
  readonly operator: Operator;
  /** Where models are called, with the keys that never enter a container. Absent: nowhere. */
  readonly models?: readonly ModelSource[];
  /** US dollars per million tokens by `provider/model` or `provider/*`; these come before the built-in table. */
  readonly prices?: Readonly<Record<string, OwnPrice>>;
}

/** A provider of models, as the model gateway takes it. */
export interface ModelSource {
  readonly name: string;
  readonly family: "anthropic" | "openai" | "gemini";
  readonly baseUrl: string;
  readonly key: string | null;
  /** Its id in the built-in price table; null where only `prices` count. */
  readonly priceId: string | null;
}

interface OwnPrice {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
}

export type ReadSettings =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly message: string };

/** Names a problem with one setting; never its value. */
interface Problem {
  readonly name: string;
  readonly problem: string;
}

/**
 * Reads every `LOOPGATE_…` variable. On failure the message names each that is missing, weak or unknown, what it is and
 * where to get it; no value is ever part of it. `needed` names what is optional elsewhere but not here.
 */
export function readSettings(
  env: Readonly<Record<string, string | undefined>>,
  needed: readonly (keyof Environment)[] = [],
): ReadSettings {
  const given = givenIn(env);
  const parsed = Environment.safeParse(given);
  const key = readKey(given);
  const problems = firstOfEach([
    ...mistyped(given),
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => problemsOf(issue, given))),
    ...("problem" in key ? [key] : []),
    ...sharedSecrets(given),
    ...folderProblems(given),
    ...registryProblems(given),
    ...signInProblems(given),
    ...(parsed.success ? tooFewUids(parsed.data) : []),
    ...needed.filter((name) => given[name] === undefined).map((name) => ({ name, problem: "is missing" })),
  ]);
  if (!parsed.success || "problem" in key || problems.length > 0) return { ok: false, message: explain(problems) };
  return { ok: true, settings: settingsOf(parsed.data, key.pem) };
}

/** The same for a command that works without GitHub: what only an App needs may be left out, and is made up. */
export function readSettingsWithoutGitHub(env: Readonly<Record<string, string | undefined>>): ReadSettings {
  const given = givenIn(env);
  const parsed = Environment.safeParse({ ...standIns, ...given });
  const problems = firstOfEach([
    ...mistyped(given),
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => problemsOf(issue, given))),
    ...folderProblems(given),
    ...registryProblems(given),
    ...signInProblems(given),
  ]);
  if (!parsed.success || problems.length > 0) return { ok: false, message: explain(problems) };
  return { ok: true, settings: settingsOf(parsed.data, "") };
}

function givenIn(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const ours = Object.entries(env).filter(([name, value]) => name.startsWith("LOOPGATE_") && value);
  return Object.fromEntries(ours) as Readonly<Record<string, string>>;
}

/** What the operator decides for every repository, as far as the environment says it; null where that is invalid. */
export function readOperator(env: Readonly<Record<string, string | undefined>>): Operator | null {
  const parsed = Environment.safeParse({ ...standIns, ...givenIn(env) });
  return parsed.success ? operatorOf(parsed.data) : null;
}

/** For what every App needs and no policy depends on. */
const standIns = {
  LOOPGATE_APP_ID: "1",
  LOOPGATE_APP_SLUG: "app",
  LOOPGATE_WEBHOOK_SECRET: "0123456789abcdef",
  LOOPGATE_SEAL_SECRET: "0123456789abcdef0123456789abcdef",
};

function settingsOf(env: Environment, privateKey: string): Settings {
  const previous = env.LOOPGATE_WEBHOOK_SECRET_PREVIOUS;
  return {
    app: { id: env.LOOPGATE_APP_ID, slug: env.LOOPGATE_APP_SLUG, privateKey },
    webhookSecrets: [env.LOOPGATE_WEBHOOK_SECRET, ...(previous === undefined ? [] : [previous])],
    sealSecret: env.LOOPGATE_SEAL_SECRET,
    github: {
      apiUrl: env.LOOPGATE_GITHUB_URL,
      gitUrl: env.LOOPGATE_GIT_URL ?? gitUrlOf(env.LOOPGATE_GITHUB_URL),
      throttle: env.LOOPGATE_THROTTLE,
    },
    dataDir: env.LOOPGATE_DATA,
    ...(env.LOOPGATE_STORE === "" ? {} : { store: env.LOOPGATE_STORE }),
    intake: env.LOOPGATE_INTAKE,
    listen: { host: env.LOOPGATE_HOST, port: env.LOOPGATE_PORT },
    ...(env.LOOPGATE_OPERATOR_PORT === undefined
      ? {}
      : {
          operatorDoor: {
            host: env.LOOPGATE_OPERATOR_HOST,
            port: env.LOOPGATE_OPERATOR_PORT,
            ...(env.LOOPGATE_OPERATOR_URL === undefined ? {} : { url: env.LOOPGATE_OPERATOR_URL }),
          },
        }),
    ...(env.LOOPGATE_CLIENT_ID === undefined || env.LOOPGATE_CLIENT_SECRET === undefined
      ? {}
      : { client: { id: env.LOOPGATE_CLIENT_ID, secret: env.LOOPGATE_CLIENT_SECRET } }),
    ...(env.LOOPGATE_WEEKLY_URL === undefined
      ? {}
      : { weekly: { url: env.LOOPGATE_WEEKLY_URL, timeZone: env.LOOPGATE_DAY_ZONE } }),
    label: env.LOOPGATE_LABEL,
    concurrentRuns: env.LOOPGATE_CONCURRENT_RUNS,
    runUids: env.LOOPGATE_RUN_UIDS,
    reconcileMs: env.LOOPGATE_RECONCILE_MINUTES * 60_000,
    introductions: env.LOOPGATE_INTRODUCTIONS,
    relayImage: env.LOOPGATE_RELAY_IMAGE ?? null,
    ociRuntime: env.LOOPGATE_CONTAINER_RUNTIME || null,
    tools: env.LOOPGATE_TOOLS || null,
    ...pullOf(env),
    ...builtOf(env),
    recordsMs: env.LOOPGATE_KEEP_DAYS * 24 * 3_600_000,
    keepBytes: env.LOOPGATE_KEEP_GIGABYTES * 1e9,
    environmentBytes: env.LOOPGATE_SETUP_GIGABYTES * 1e9,
    ...registriesOf(env),
    registryBytes: env.LOOPGATE_REGISTRY_GIGABYTES * 1e9,
    ...(Object.keys(env.LOOPGATE_TOOL_CREDENTIALS).length === 0
      ? {}
      : { toolCredentials: env.LOOPGATE_TOOL_CREDENTIALS }),
    logLevel: env.LOOPGATE_LOG_LEVEL,
    operator: operatorOf(env),
    models: modelsOf(env),
    prices: env.LOOPGATE_PRICES,
  };
}

/** Absent where the operator lets none be pulled. */
function pullOf(env: Environment): Pick<Settings, "pull"> {
  const from = env.LOOPGATE_PULL.split(",").flatMap((entry) => entry.trim() || []);
  return from.length === 0 ? {} : { pull: { from, mostBytes: env.LOOPGATE_IMAGE_GIGABYTES * 1e9 } };
}

/** Absent where the operator lets none be built. */
function builtOf(env: Environment): Pick<Settings, "build"> {
  if (!env.LOOPGATE_DOCKERFILES) return {};
  const [mostBytes, keptBytes] = [env.LOOPGATE_IMAGE_GIGABYTES * 1e9, env.LOOPGATE_BUILT_GIGABYTES * 1e9];
  return { build: { bases: namedImages(env), mostBytes, keptBytes } };
}

function namedImages(env: Environment): readonly string[] {
  return env.LOOPGATE_IMAGES.split(",").flatMap((image) => image.trim() || []);
}

function registryNames(env: Environment): { readonly registries?: readonly string[] } {
  const { registries } = registriesOf(env);
  return registries === undefined ? {} : { registries: Object.keys(registries) };
}

/** Absent where the operator says nothing of them. */
function toolBounds(env: Environment): Pick<Operator["bounds"], "tool_hosts" | "tool_credentials"> {
  const hosts = env.LOOPGATE_TOOL_HOSTS.split(",").flatMap((host) => host.trim().toLowerCase() || []);
  const named = Object.entries(env.LOOPGATE_TOOL_CREDENTIALS);
  return {
    ...(hosts.length === 0 ? {} : { tool_hosts: hosts }),
    ...(named.length === 0
      ? {}
      : { tool_credentials: Object.fromEntries(named.map(([name, { host }]) => [name, host.toLowerCase()])) }),
  };
}

/** Protocols of registries that an operator may name. */
type RegistryName = "npm" | "pypi" | "go" | "cargo" | "rubygems" | "maven" | "packagist" | "apt";

function registriesOf(env: Environment): Pick<Settings, "registries"> {
  const [apt, ...also] = env.LOOPGATE_REGISTRY_APT.split(",").flatMap((one) => one.trim().replace(/\/+$/, "") || []);
  const urls: Record<RegistryName, string | undefined> = {
    npm: env.LOOPGATE_REGISTRY_NPM,
    pypi: env.LOOPGATE_REGISTRY_PYPI,
    go: env.LOOPGATE_REGISTRY_GO,
    cargo: env.LOOPGATE_REGISTRY_CARGO,
    rubygems: env.LOOPGATE_REGISTRY_RUBYGEMS,
    maven: env.LOOPGATE_REGISTRY_MAVEN,
    packagist: env.LOOPGATE_REGISTRY_PACKAGIST,
    apt,
  };
  const token = env.LOOPGATE_REGISTRY_NPM_TOKEN ?? null;
  const named = Object.entries(urls).flatMap(([name, url]) =>
    url === undefined
      ? []
      : [[name, { url, token: name === "npm" ? token : null, ...(name === "apt" ? { also } : {}) }] as const],
  );
  return named.length === 0 ? {} : { registries: Object.fromEntries(named) };
}

/** One provider for each key that is set; an OpenAI-like server at an address of its own needs none. */
function modelsOf(env: Environment): ModelSource[] {
  const { LOOPGATE_ANTHROPIC_KEY: anthropic, LOOPGATE_OPENAI_KEY: openai, LOOPGATE_GEMINI_KEY: gemini } = env;
  const ownServer = env.LOOPGATE_OPENAI_URL !== "https://api.openai.com/v1";
  const sources: (ModelSource & { readonly isSet: boolean })[] = [
    source("anthropic", anthropic, env.LOOPGATE_ANTHROPIC_URL, "anthropic"),
    {
      ...source("openai", openai, env.LOOPGATE_OPENAI_URL, ownServer ? null : "openai"),
      isSet: ownServer || openai !== undefined,
    },
    source("gemini", gemini, env.LOOPGATE_GEMINI_URL, "google"),
  ];
  return sources.filter(({ isSet }) => isSet).map(({ isSet: _, ...kept }) => kept);
}

function source(family: ModelSource["family"], key: string | undefined, baseUrl: string, priceId: string | null) {
  return { name: family, family, baseUrl, key: key ?? null, priceId, isSet: key !== undefined };
}

function operatorOf(env: Environment): Operator {
  return {
    bounds: {
      attempts: env.LOOPGATE_MAX_ATTEMPTS,
      runs: env.LOOPGATE_MAX_RUNS,
      deadline_minutes: env.LOOPGATE_MAX_DEADLINE_MINUTES,
      silence_minutes: env.LOOPGATE_MAX_SILENCE_MINUTES,
      loop_hours: env.LOOPGATE_MAX_LOOP_HOURS,
      wait_minutes: env.LOOPGATE_MAX_WAIT_MINUTES,
      changed_lines: env.LOOPGATE_MAX_CHANGED_LINES,
      changed_files: env.LOOPGATE_MAX_CHANGED_FILES,
      approvals_minimum: env.LOOPGATE_MIN_APPROVALS,
      may_merge: env.LOOPGATE_MAY_MERGE,
      usd: env.LOOPGATE_MAX_USD,
      issue_usd: env.LOOPGATE_MAX_ISSUE_USD,
      issue_runs: env.LOOPGATE_MAX_ISSUE_RUNS,
      day_usd: env.LOOPGATE_DAY_USD,
      day_runs: env.LOOPGATE_DAY_RUNS,
      day_zone: env.LOOPGATE_DAY_ZONE,
      memory_mib: env.LOOPGATE_MAX_MEMORY_MIB,
      cpus: env.LOOPGATE_MAX_CPUS,
      processes: env.LOOPGATE_MAX_PROCESSES,
      tmp_mib: env.LOOPGATE_MAX_TMP_MIB,
      disk_mib: env.LOOPGATE_MAX_DISK_MIB,
      services: env.LOOPGATE_MAX_SERVICES,
      service_memory_mib: env.LOOPGATE_MAX_SERVICE_MEMORY_MIB,
      schedules: env.LOOPGATE_MAX_SCHEDULES,
      hosts: env.LOOPGATE_EGRESS.split(",").flatMap((host) => host.trim() || []),
      ...toolBounds(env),
      ...registryNames(env),
      images: namedImages(env),
      ...(env.LOOPGATE_DOCKERFILES ? { dockerfiles: true } : {}),
      ...(env.LOOPGATE_TOOLS ? { programs: true } : {}),
    },
    defaults: {
      agent: { command: env.LOOPGATE_AGENT_COMMAND, image: env.LOOPGATE_AGENT_IMAGE },
      reviewer: { command: env.LOOPGATE_REVIEWER_COMMAND, image: env.LOOPGATE_REVIEWER_IMAGE },
    },
  };
}

function problemsOf(issue: z.core.$ZodIssue, given: Readonly<Record<string, string>>): Problem[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((name) => ({ name, problem: "is not a setting" }));
  const name = String(issue.path[0]);
  return [{ name, problem: given[name] === undefined ? "is missing" : issue.message }];
}

/** What people mistype where the parser of a value would say something else; `docker run --env-file` takes quotes literally. */
function mistyped(given: Readonly<Record<string, string>>): Problem[] {
  return Object.entries(given).flatMap(([name, value]) => {
    if (!(name in Environment.shape)) return [];
    const isText = name.endsWith("_COMMAND") || name === "LOOPGATE_PRICES" || name === "LOOPGATE_TOOL_CREDENTIALS";
    if (!isText && /^(["'`]).*\1$/s.test(value))
      return [{ name, problem: "stands in quotes, which are taken as part of it: leave them out" }];
    return keyProblem(name, value);
  });
}

/** How keys of one provider begin that those of the others do not: a key in another's place is never accepted there. */
const keyShapes: readonly { readonly of: string; readonly setting: string; readonly shape: RegExp }[] = [
  { of: "Anthropic", setting: "LOOPGATE_ANTHROPIC_KEY", shape: /^sk-ant-/ },
  { of: "OpenAI", setting: "LOOPGATE_OPENAI_KEY", shape: /^sk-(?:proj|svcacct|admin)-/ },
  { of: "Google", setting: "LOOPGATE_GEMINI_KEY", shape: /^AIza/ },
];

function keyProblem(name: string, value: string): Problem[] {
  if (!keyShapes.some(({ setting }) => setting === name)) return [];
  const other = keyShapes.find(({ setting, shape }) => setting !== name && shape.test(value));
  if (other !== undefined) return [{ name, problem: `has the shape of a key of ${other.of}'s` }];
  if (/^[A-Z][A-Z0-9_]*=/.test(value))
    return [{ name, problem: "holds a whole line NAME=value: only the value goes here" }];
  return /\s/.test(value) ? [{ name, problem: "has white space in it, which no key has" }] : [];
}

function firstOfEach(problems: readonly Problem[]): Problem[] {
  return problems.filter(({ name }, index) => problems.findIndex((other) => other.name === name) === index);
}

/** The same secret in two places, or one that shows in the other, would let whoever learns one forge the other. */
function sharedSecrets(given: Readonly<Record<string, string>>): Problem[] {
  const seal = bare(given.LOOPGATE_SEAL_SECRET);
  const hooks = [given.LOOPGATE_WEBHOOK_SECRET, given.LOOPGATE_WEBHOOK_SECRET_PREVIOUS].map(bare);
  const name = "LOOPGATE_SEAL_SECRET";
  if (seal === "") return [];
  if (hooks.includes(seal)) return [{ name, problem: "is the same as a webhook secret" }];
  const shows = hooks.some((hook) => hook !== "" && (seal.includes(hook) || hook.includes(seal)));
  return shows ? [{ name, problem: "holds a webhook secret, or is held by one" }] : [];
}

/** Without what two spellings of one secret differ in: case, blanks, and characters that nobody sees. */
function bare(secret = ""): string {
  return secret
    .normalize("NFKC")
    .replace(/[\s\p{C}]/gu, "")
    .toLowerCase();
}

/** A token without an address would go nowhere, and whoever set it expects otherwise. */
function registryProblems(given: Readonly<Record<string, string>>): Problem[] {
  if (given.LOOPGATE_REGISTRY_NPM_TOKEN === undefined || given.LOOPGATE_REGISTRY_NPM !== undefined) return [];
  return [{ name: "LOOPGATE_REGISTRY_NPM_TOKEN", problem: "is set without LOOPGATE_REGISTRY_NPM" }];
}

/** Half of what signing in needs lets nobody in, and whoever set it expects otherwise. */
function signInProblems(given: Readonly<Record<string, string>>): Problem[] {
  const needs: readonly (readonly [name: string, other: string])[] = [
    ["LOOPGATE_CLIENT_ID", "LOOPGATE_CLIENT_SECRET"],
    ["LOOPGATE_CLIENT_SECRET", "LOOPGATE_CLIENT_ID"],
    ["LOOPGATE_OPERATOR_URL", "LOOPGATE_OPERATOR_PORT"],
    ["LOOPGATE_OPERATOR_URL", "LOOPGATE_CLIENT_ID"],
  ];
  return needs.flatMap(([name, other]) =>
    given[name] !== undefined && given[other] === undefined ? [{ name, problem: `is set without ${other}` }] : [],
  );
}

/** What stands in the folders that are named decides, so they are looked at; nothing is made in them. */
function folderProblems(given: Readonly<Record<string, string>>): Problem[] {
  const { LOOPGATE_DATA, LOOPGATE_TOOLS } = Environment.shape;
  const [data, tools] = [LOOPGATE_DATA.safeParse(given.LOOPGATE_DATA), LOOPGATE_TOOLS.safeParse(given.LOOPGATE_TOOLS)];
  const secret = [data.data ?? [], given.LOOPGATE_PRIVATE_KEY_FILE ?? []].flat();
  const ofData = data.success ? dataFolderProblem(data.data) : null;
  const ofTools = tools.data ? toolsFolderProblem(tools.data, secret) : null;
  return [
    ...(ofData === null ? [] : [{ name: "LOOPGATE_DATA", problem: ofData }]),
    ...(ofTools === null ? [] : [{ name: "LOOPGATE_TOOLS", problem: ofTools }]),
  ];
}

/** A run may have a set-up before it and a check that it asks for beside it, and its container outlives it for a while. */
const uidsPerRun = 4;

/** Only an App that is root gives its runs users of their own. */
function tooFewUids({ LOOPGATE_RUN_UIDS: { from, to }, LOOPGATE_CONCURRENT_RUNS: runs }: Environment): Problem[] {
  if (process.getuid?.() !== 0 || to - from + 1 >= uidsPerRun * runs) return [];
  const problem = `holds ${to - from + 1} ids, and ${runs} runs at a time need ${uidsPerRun * runs}`;
  return [{ name: "LOOPGATE_RUN_UIDS", problem }];
}

function readKey(given: Readonly<Record<string, string>>): { readonly pem: string } | Problem {
  const name = "LOOPGATE_PRIVATE_KEY";
  const file = given.LOOPGATE_PRIVATE_KEY_FILE;
  let text = given[name];
  if (text !== undefined && file !== undefined) return { name, problem: "and LOOPGATE_PRIVATE_KEY_FILE are both set" };
  if (file !== undefined) {
    try {
      text = readFileSync(file, "utf8");
    } catch {
      return { name: "LOOPGATE_PRIVATE_KEY_FILE", problem: "names a file that cannot be read" };
    }
  }
  if (text === undefined) return { name, problem: "is missing" };
  const pem = rsaKey(text);
  return pem === null
    ? {
        name: file === undefined ? name : "LOOPGATE_PRIVATE_KEY_FILE",
        problem: keyMistake(text),
      }
    : { pem };
}

/** Why a text is not the key, as far as it shows. Never quotes it. */
function keyMistake(text: string): string {
  const plain = text.trim();
  if (/^-----BEGIN [A-Z ]*PRIVATE KEY-----$/.test(plain))
    return "holds only the key's first line: give it in one line of base64 (base64 -w0 key.pem)";
  if (/-----BEGIN [A-Z ]*PUBLIC KEY-----/.test(plain)) return "holds a public key; the private one is needed";
  if (/^[~./]|\.pem$/.test(plain) && !plain.includes("\n"))
    return "looks like the path of a file: that goes into LOOPGATE_PRIVATE_KEY_FILE";
  return "must hold a private RSA key of at least 2048 bits";
}

/** The key as PKCS #8 PEM; null when it is no private RSA key of at least 2048 bits. */
function rsaKey(text: string): string | null {
  const plain = text.includes("-----BEGIN") ? text : Buffer.from(text, "base64").toString("utf8");
  try {
    const key = createPrivateKey(plain.replaceAll("\\n", "\n"));
    if (key.asymmetricKeyType !== "rsa" || (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) return null;
    return key.export({ type: "pkcs8", format: "pem" }) as string;
  } catch {
    return null; // the library's own message may quote the key
  }
}

function explain(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "One setting is" : `${problems.length} settings are`;
  const lines = problems.map(({ name, problem }) => {
    const meta = Environment.shape[name as keyof Environment]?.meta();
    const what = meta?.description ?? "No setting has this name. A mistyped limit would not limit anything.";
    const where = meta?.where === undefined ? "" : `\n    Where: ${meta.where}.`;
    return `  ${name} ${problem}.\n    ${what}${where}`;
  });
  return [
    `${count} missing, weak or invalid; nothing was started.`,
    ...lines,
    "Settings come from the environment; .env.example lists all of them.",
  ].join("\n");
}

function gitUrlOf(apiUrl: string): string {
  const url = new URL(apiUrl);
  return url.host === "api.github.com" ? "https://github.com" : url.origin;
}
