// Every LOOPGATE_ variable that the operator may set: its limits, its default, what it is and where to get it.
import { isIP } from "node:net";
import { z } from "zod";
import { parseJson } from "./base/parse-json.ts";
import { hasLabel, holdLabel, planLabel, statusLabels } from "./loop/end.ts";
import { priorityLabels } from "./loop/priority.ts";
import { budgetLabels } from "./loop/profile.ts";
import { generousBounds } from "./policy/clamp.ts";
import { isTimeZone } from "./policy/cron.ts";
import { hostProblem } from "./policy/hosts.ts";
import { listedProblem } from "./policy/image-name.ts";
import { hasNameTwice } from "./policy/name-twice.ts";

const appPage = "github.com → Settings → Developer settings → GitHub Apps → your App";
const makeOne = "make one with `openssl rand -hex 32`";

const oneLine = (max: number) =>
  z
    .string()
    .max(max, `is longer than ${max} characters`)
    .regex(/^[^\r\n]*$/, "must not contain a line break");

/** What is compared, opened or listened on as it stands: a blank at an end, or a character that nobody sees, is a slip. */
const visible = (max: number) =>
  oneLine(max)
    .regex(/^(?!\s).*(?<!\s)$/s, "begins or ends with a blank; take it away")
    .regex(
      /^[^\p{Cc}\u00ad\u061c\u115f\u1160\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]*$/u,
      "holds a character that cannot be seen; take it away",
    );

/** Words separated by commas; `problem` says what is wrong with one of them, as the end of a sentence. */
const list = (problem: (word: string) => string | null) =>
  oneLine(4096).superRefine((text, context) => {
    for (const [index, word] of text.split(",").entries()) {
      const wrong = word.trim() === "" ? null : problem(word.trim());
      if (wrong !== null)
        context.addIssue({ code: "custom", message: `has an entry, number ${index + 1}, that ${wrong}` });
    }
  });

const wholeHostProblem = (host: string) =>
  hostProblem(host) ?? (host.includes("*") ? "stands for several hosts; name each" : null);

/** Signatures keep what an archive gives, so its address may be plain HTTP; nothing secret is sent to it. */
const archiveProblem = (text: string) =>
  isAddress(text) && isPlainAddress(text) ? null : "must be an http(s) address without user, query or fragment";

const imageProblem = (image: string) =>
  /[\s*?]/.test(image) ? "is no image's name; each stands for itself alone, without * or blanks" : null;

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,12}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

const secret = (length: number) =>
  oneLine(500)
    .min(length, `is shorter than ${length} characters`)
    .refine((value) => new Set(value).size >= 8, "has fewer than 8 different characters");

const address = visible(300)
  .refine(isAddress, "must be an http(s) address without user, query or fragment")
  .refine(isPlainAddress, "is not written as programs read it; write it plainly, as in https://git.example.org/api/v3")
  .refine(isSafeAddress, "is http:// to another machine, which would send tokens unencrypted; use https://")
  .transform((value) => value.replace(/\/+$/, ""));

/** Where a browser reaches pages of ours: secrets go there, so it is https but on this machine itself. */
const publicOrigin = address.refine(
  (value) => new URL(value).origin === value,
  "must be an address without a path, such as https://pages.example.com",
);

/** Where a message goes: the path is a credential, so nothing of it is quoted. */
function isReceiver(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password, protocol } = new URL(text);
  return username === "" && password === "" && /^https?:$/.test(protocol) && isSafe(text);
}

const command = z.string().max(100_000, "is longer than 100,000 characters");
/** What is wrong with the address of a database, as the end of a sentence; null: nothing. Never quotes it: a password may be in it. */
function storeProblem(text: string): string | null {
  if (!URL.canParse(text))
    return "must be an address such as postgres://USER:PASSWORD@HOST/DATABASE; write % and @ in a password as %25 and %40";
  const { protocol, hostname, pathname, searchParams } = new URL(text);
  if (protocol !== "postgres:" && protocol !== "postgresql:") return "must begin with postgres://";
  if (pathname.length < 2) return "names no database: it comes after the host, as in postgres://HOST/DATABASE";
  const isHere = ["", "localhost", "127.0.0.1", "[::1]"].includes(hostname) || hostname.startsWith("%2F");
  const checks = ["verify-full", "verify-ca"].includes(searchParams.get("sslmode") ?? "");
  return isHere || checks
    ? null
    : "is on another machine, where anybody between could read the password: end it in ?sslmode=verify-full";
}

/** Both ends of user ids that no other account of the machine has. */
export interface UidRange {
  readonly from: number;
  readonly to: number;
}

/** Ids that neither people, nor services, nor systemd's own ranges have by convention: https://systemd.io/UIDS-GIDS/. */
export const usualUids: UidRange = { from: 60_578, to: 61_183 };

/** From 1000 to 2,147,483,647, as systems use them, without the two that stand for nobody. */
const uids = oneLine(30).transform((text, context): UidRange => {
  const [, from = Number.NaN, to = Number.NaN] = (/^(\d{1,10})-(\d{1,10})$/.exec(text) ?? []).map(Number);
  const holdsNobody = [65_534, 65_535].some((nobody) => from <= nobody && nobody <= to);
  if (from >= 1000 && to <= 2_147_483_647 && from <= to && to - from < 65_536 && !holdsNobody) return { from, to };
  const message = `must be two ids with a hyphen, such as ${usualUids.from}-${usualUids.to}: from 1000 upwards, at most 65,536 of them, and none of 65534 and 65535`;
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

const price = z.strictObject({
  input: z.number().min(0),
  output: z.number().min(0),
  cacheRead: z.number().min(0).optional(),
  cacheWrite: z.number().min(0).optional(),
});

/** The prices that a JSON text states; null when it is none, states something else, or has a name twice, of which parsers take either. */
function pricesIn(text: string) {
  try {
    if (hasNameTwice(text)) return null;
    return z.record(z.string().regex(/^[a-z]+\/.+$/), price).parse(JSON.parse(text));
  } catch {
    return null;
  }
}

const prices = z
  .string()
  .refine((text) => pricesIn(text) !== null, "must be a JSON object of prices, with each name once")
  .transform((text) => pricesIn(text) ?? {});
/** What a tool server is shown: the host it is for, and a header with its value. */
const ToolCredential = z.strictObject({
  host: z
    .string()
    .max(260)
    .refine((host) => wholeHostProblem(host) === null),
  header: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/)
    .refine((name) => !ownHeaders.test(name)),
  value: z
    .string()
    .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/)
    .min(8)
    .max(4000),
});

/** What the connection and the protocol say for themselves. */
const ownHeaders =
  /^(?:host|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|accept|accept-encoding|mcp-.*|proxy-.*)$/i;

const ToolCredentials = z.record(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/), ToolCredential);

const toolCredentials = z
  .string()
  .refine(
    (text) => ToolCredentials.safeParse(parseJson(text)).success,
    "must be a JSON object: under each name the `host`, the `header` and its `value`, of at least 8 visible characters",
  )
  .transform((text) => ToolCredentials.parse(parseJson(text)));

const onOff = z.enum(["on", "off"], "must be on or off").transform((value) => value === "on");

const listenHost = visible(255).refine(
  isListenHost,
  "must be one address or name of this machine; 0.0.0.0 or :: stands for all of them",
);

/** Every setting: its limits, its default, what it is (`description`) and where to get it (`where`). An empty value is an unset one. */
export const Environment = z.strictObject({
  LOOPGATE_APP_ID: whole(1, 999_999_999_999).meta({
    description: "The GitHub App's number.",
    where: `${appPage} → General → App ID`,
  }),
  LOOPGATE_APP_SLUG: oneLine(100)
    .regex(/^[a-z0-9][a-z0-9-]*$/, "must be the App's name as in its address: lower-case letters, digits and hyphens")
    .meta({
      description: "The App's name as in its address; tells what the App did from what people did.",
      where: `${appPage}: the last part of github.com/apps/<slug>`,
    }),
  LOOPGATE_PRIVATE_KEY: z
    .string()
    .optional()
    .meta({
      description: "The App's private RSA key: PEM, with line breaks or `\\n`, or the PEM in base64.",
      where: `${appPage} → General → Private keys → Generate; or name its file in LOOPGATE_PRIVATE_KEY_FILE`,
    }),
  LOOPGATE_PRIVATE_KEY_FILE: visible(4096)
    .optional()
    .meta({ description: "Path of a file that holds the key, instead of LOOPGATE_PRIVATE_KEY." }),
  LOOPGATE_WEBHOOK_SECRET: secret(16).meta({
    description: "Secret that GitHub signs its webhooks with; at least 16 characters.",
    where: `${makeOne} and enter the same at ${appPage} → General → Webhook secret`,
  }),
  LOOPGATE_WEBHOOK_SECRET_PREVIOUS: secret(16)
    .optional()
    .meta({ description: "The previous webhook secret, still accepted while you rotate it." }),
  LOOPGATE_SEAL_SECRET: secret(32).meta({
    description:
      "Secret that seals the records in issue comments; at least 32 characters, not the webhook secret, never shared.",
    where: `${makeOne} and keep it: records sealed with another secret are not trusted`,
  }),
  LOOPGATE_GITHUB_URL: address
    .prefault("https://api.github.com")
    .meta({ description: "GitHub's API address; on GitHub Enterprise Server `https://<host>/api/v3`." }),
  LOOPGATE_GIT_URL: address.optional().meta({
    description: "Where repositories are fetched from; by default the host that belongs to LOOPGATE_GITHUB_URL.",
  }),
  LOOPGATE_THROTTLE: onOff
    .prefault("on")
    .meta({ description: "Paces writes as GitHub asks for; `off` is only for the demo's local GitHub." }),
  LOOPGATE_DATA: visible(4096)
    .prefault("./.loopgate")
    .meta({ description: "Folder for the store, the quarantine and the workspaces." }),
  LOOPGATE_STORE: oneLine(2000)
    .superRefine((text, context) => {
      const problem = text === "" ? null : storeProblem(text);
      if (problem !== null) context.addIssue({ code: "custom", message: problem });
    })
    .prefault("")
    .meta({
      description:
        "A PostgreSQL database for the store, as postgres://USER:PASSWORD@HOST/DATABASE, with ?sslmode=verify-full where it is on another machine. Empty: a SQLite file in LOOPGATE_DATA.",
    }),
  LOOPGATE_KEEP_DAYS: whole(1, 3650).prefault("90").meta({
    description:
      "Days to keep loops that have ended, with all they left here, and what `loopgate rerun` needs to repeat a run.",
  }),
  LOOPGATE_KEEP_GIGABYTES: whole(1, 100_000).prefault("50").meta({
    description:
      "Gigabytes that all of that may take together, with the repositories' objects; beyond it the loops that ended first are forgotten early, a loop that is not over never is.",
  }),
  LOOPGATE_SETUP_GIGABYTES: whole(1, 100_000).prefault("20").meta({
    description:
      "Gigabytes that what set-ups left may take together, beside the above; beyond it those that were used longest ago are forgotten.",
  }),
  LOOPGATE_REGISTRY_GIGABYTES: whole(1, 100_000).prefault("10").meta({
    description:
      "Gigabytes that packages from registries may take, beside the above; beyond it those that were used longest ago are forgotten.",
  }),
  LOOPGATE_INTAKE: z.enum(["webhook", "poll"], "must be webhook or poll").prefault("webhook").meta({
    description:
      "How Loopgate hears of GitHub: `webhook`, sent to its public address, or, where it has none, `poll`: it reads GitHub's log of the App's webhooks every 15 seconds. The App needs an active webhook all the same; its address may lead nowhere.",
  }),
  LOOPGATE_HOST: listenHost.prefault("127.0.0.1").meta({ description: "Address to listen on." }),
  LOOPGATE_PORT: whole(0, 65_535).prefault("3000").meta({ description: "Port to listen on; 0 takes a free one." }),
  LOOPGATE_OPERATOR_HOST: listenHost.prefault("127.0.0.1").meta({
    description:
      "Address that `/metrics`, `/readyz` and the operator's pages are served at, where LOOPGATE_OPERATOR_PORT is set.",
  }),
  LOOPGATE_OPERATOR_PORT: whole(0, 65_535).optional().meta({
    description:
      "Port for `/metrics`, `/readyz` and the operator's pages, never the webhook's; 0 takes a free one. Empty: none of them is served.",
  }),
  LOOPGATE_OPERATOR_URL: publicOrigin.optional().meta({
    description:
      "Where people reach those pages through a TLS proxy that passes the Host header on, such as https://pages.example.com: they sign in with GitHub and see the repositories they can see there. Empty: under this machine's own names only.",
  }),
  LOOPGATE_CLIENT_ID: visible(100)
    .regex(/^[\w.-]+$/, "must be the App's Client ID as its page shows it")
    .optional()
    .meta({
      description: "The App's Client ID, by which people sign in to the pages with GitHub. Unset: nobody can.",
      where: `${appPage} → General → Client ID`,
    }),
  LOOPGATE_CLIENT_SECRET: secret(16)
    .optional()
    .meta({
      description: "The secret that belongs to LOOPGATE_CLIENT_ID.",
      where: `${appPage} → General → Client secrets → Generate`,
    }),
  LOOPGATE_WEEKLY_URL: visible(500)
    .refine(isReceiver, "must be an https address (http only on this machine) without a user")
    .optional()
    .meta({
      description:
        "Address that takes messages as Slack's incoming webhooks do: each Monday at nine, on the clock of LOOPGATE_DAY_ZONE, it is told what came of the week's loops, what they cost and who is waited for, in all repositories. Whoever knows it can write there. Empty: nothing is sent.",
    }),
  LOOPGATE_LABEL: visible(50)
    .regex(/[\p{L}\p{N}\p{P}\p{S}]/u, "holds nothing that can be seen")
    .refine(
      (label) => !isStatusLabel(label),
      "is a label that Loopgate sets itself to say how a loop stands; take another",
    )
    .prefault("loop")
    .meta({ description: "The label that starts a loop." }),
  LOOPGATE_CONCURRENT_RUNS: whole(1, 1000).prefault("4").meta({
    description:
      "How many containers may run at the same time. Once two accounts have asked for one since the start, neither gets the last.",
  }),
  LOOPGATE_RUN_UIDS: uids.prefault(`${usualUids.from}-${usualUids.to}`).meta({
    description:
      "User ids, the first and the last, that nobody else on this machine has: where the App is root, each run has one of its own while it lives. At least 4 for each of LOOPGATE_CONCURRENT_RUNS, and one more for each tool server beside a run. Two Apps on one engine may share them.",
  }),
  LOOPGATE_RECONCILE_MINUTES: whole(1, 1440).prefault("10").meta({
    description: "Minutes without a webhook after which Loopgate asks GitHub how a loop stands.",
  }),
  LOOPGATE_INTRODUCTIONS: whole(0, 100).prefault("5").meta({
    description:
      "To how many repositories that the App is given at once it proposes a first policy, in a pull request each. With more it makes its labels alone; 0: it does neither.",
  }),
  LOOPGATE_AGENT_COMMAND: command.prefault("").meta({
    description: "Executor's shell command for repositories that name none; empty: each must name one.",
  }),
  LOOPGATE_AGENT_IMAGE: visible(300)
    .prefault("")
    .meta({ description: "Executor's image for repositories that name none; best named by digest." }),
  LOOPGATE_REVIEWER_COMMAND: command.prefault("").meta({
    description:
      "Reviewer's shell command for repositories that name none; empty: where the agent is a command too, only CI judges.",
  }),
  LOOPGATE_REVIEWER_IMAGE: visible(300)
    .prefault("")
    .meta({ description: "Reviewer's image for repositories that name none; empty: the executor's." }),
  LOOPGATE_RELAY_IMAGE: visible(300).optional().meta({
    description: "Image of this App, for the side container that connects a run to its gateway; `serve` needs it.",
    where: "the image you built from this repository's Dockerfile, by digest or tag",
  }),
  LOOPGATE_CONTAINER_RUNTIME: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$|^$/, "must be the name of a runtime, such as runsc")
    .prefault("")
    .meta({
      description:
        "Runtime of the containers that agents run in, such as `runsc` or `kata`, by the engine's name for it; empty: the engine's default.",
    }),
  LOOPGATE_TOOLS: visible(4096).prefault("").meta({
    description:
      "Folder of agent CLIs, mounted read-only into every run with its `bin` first on the PATH. If the App runs in a container, it must be at the same path there. Empty: only what the image has.",
  }),
  LOOPGATE_IMAGES: list(imageProblem)
    .prefault("")
    .meta({ description: "Images that repositories may name, separated by commas; empty: any." }),
  LOOPGATE_PULL: list(listedProblem).prefault("").meta({
    description:
      "Repositories of images that the engine may pull once a policy names one that is not there, separated by commas, such as `postgres`, `ghcr.io/ours/tools` or `ghcr.io/ours/*`; empty: none is pulled.",
  }),
  LOOPGATE_DOCKERFILES: onOff.prefault("off").meta({
    description:
      "Whether images may be built from Dockerfiles of repositories, `on` or `off`: without a network but for packages from `LOOPGATE_REGISTRY_APT`, yet its steps are root in their containers, with what the engine itself lets them do.",
  }),
  LOOPGATE_IMAGE_GIGABYTES: whole(1, 1000).prefault("10").meta({
    description:
      "Gigabytes that an image may have: one that is pulled as its registry sends it, one that is built on disk.",
  }),
  LOOPGATE_BUILT_GIGABYTES: whole(1, 100_000).prefault("40").meta({
    description:
      "Gigabytes that images built from repositories may take together; beyond it those that were used longest ago are removed.",
  }),
  LOOPGATE_ANTHROPIC_KEY: visible(500).optional().meta({
    description:
      "Key for Anthropic's models; it stays in the App, agents get a short-lived lease. Unset: no agent can call them.",
    where: "the provider's console",
  }),
  LOOPGATE_ANTHROPIC_URL: address.prefault("https://api.anthropic.com").meta({ description: "Anthropic's address." }),
  LOOPGATE_OPENAI_KEY: visible(500).optional().meta({
    description: "Key for OpenAI's models, or for an OpenAI-compatible server.",
    where: "the provider's console",
  }),
  LOOPGATE_OPENAI_URL: address
    .prefault("https://api.openai.com/v1")
    .meta({ description: "OpenAI's address, or that of an OpenAI-compatible server, including `/v1`." }),
  LOOPGATE_GEMINI_KEY: visible(500).optional().meta({
    description: "Key for Google's Gemini models.",
    where: "the provider's console",
  }),
  LOOPGATE_GEMINI_URL: address
    .prefault("https://generativelanguage.googleapis.com")
    .meta({ description: "Gemini's address." }),
  LOOPGATE_PRICES: prices.prefault("{}").meta({
    description:
      'Prices that override the built-in table, as JSON: US dollars per million tokens under `provider/model` or `provider/*`, such as `{"openai/*":{"input":0,"output":0}}`. A model without a price is refused.',
  }),
  LOOPGATE_EGRESS: list(hostProblem).prefault("").meta({
    description: "Hosts that repositories may let their runs reach, separated by commas; empty: none.",
  }),
  LOOPGATE_TOOL_HOSTS: list(wholeHostProblem).prefault("").meta({
    description:
      "Hosts of MCP servers that repositories may let their agents use through the App, separated by commas, each by its whole name; empty: none.",
  }),
  LOOPGATE_TOOL_CREDENTIALS: toolCredentials.prefault("{}").meta({
    description:
      'What the App shows such servers, as JSON by the names that policies use, such as `{"tracker":{"host":"mcp.example.com","header":"Authorization","value":"Bearer …"}}`. Each goes to its own host alone, and into no container.',
    where: "the servers",
  }),
  LOOPGATE_REGISTRY_NPM: address.optional().meta({
    description:
      "Address of the npm registry that runs may read packages from, through the App and as each policy says. Unset: none.",
  }),
  LOOPGATE_REGISTRY_NPM_TOKEN: visible(500).optional().meta({
    description: "Token for that registry, if it asks for one; it stays in the App. One that can only read is enough.",
    where: "the registry",
  }),
  LOOPGATE_REGISTRY_PYPI: address.optional().meta({
    description:
      "Address of the Python index that runs may read packages from, as in https://pypi.org/simple: through the App, without a credential. Unset: none.",
  }),
  LOOPGATE_REGISTRY_GO: address.optional().meta({
    description:
      "Address of the Go module proxy that runs may read modules from, as in https://proxy.golang.org: through the App, without a credential. Unset: none.",
  }),
  LOOPGATE_REGISTRY_CARGO: address.optional().meta({
    description:
      "Address of the sparse index that runs may read crates from in place of crates.io, as in https://index.crates.io: through the App, without a credential. Unset: none.",
  }),
  LOOPGATE_REGISTRY_RUBYGEMS: address.optional().meta({
    description:
      "Address of the registry that runs may read gems from in place of every source in a Gemfile, as in https://rubygems.org: through the App, without a credential. Unset: none.",
  }),
  LOOPGATE_REGISTRY_MAVEN: address.optional().meta({
    description:
      "Address of the Maven repository that runs may read artifacts from in place of every other, as in https://repo.maven.apache.org/maven2: through the App, without a credential. Unset: none.",
  }),
  LOOPGATE_REGISTRY_PACKAGIST: address.optional().meta({
    description:
      "Address of the Composer repository that runs may read packages from in place of Packagist, as in https://repo.packagist.org: through the App, without a credential. Unset: none.",
  }),
  LOOPGATE_REGISTRY_APT: list(archiveProblem).prefault("").meta({
    description:
      "Addresses of the archives that apt may read packages from, separated by commas, as the lists of sources in your images name them: through the App, in set-ups and in builds of Dockerfiles. Empty: none.",
  }),
  LOOPGATE_MAX_USD: bound("usd", 10_000, "Most US dollars a policy may grant a loop for model calls."),
  LOOPGATE_MAX_ISSUE_USD: bound(
    "issue_usd",
    100_000,
    "Most US dollars a policy may grant all loops of one issue for model calls.",
  ),
  LOOPGATE_MAX_ISSUE_RUNS: bound("issue_runs", 1000, "Most containers that all loops of one issue may ever start."),
  LOOPGATE_DAY_USD: whole(0, 1_000_000).prefault(String(generousBounds.day_usd)).meta({
    description:
      "Most US dollars for model calls that all loops of one account, an organisation or a person, may spend in a day; what reaches it waits until the day turns; 0: no limit.",
  }),
  LOOPGATE_DAY_RUNS: whole(0, 1_000_000)
    .prefault(String(generousBounds.day_runs))
    .meta({ description: "Most agents and reviewers that may begin in one account in a day; 0: no limit." }),
  LOOPGATE_DAY_ZONE: visible(60)
    .refine(isTimeZone, "is no time zone, such as Europe/Berlin or UTC")
    .prefault(generousBounds.day_zone)
    .meta({ description: "Time zone in which those days begin, at midnight." }),
  LOOPGATE_MAX_ATTEMPTS: bound("attempts", 20, "Most attempts a policy may grant."),
  LOOPGATE_MAX_RUNS: bound("runs", 100, "Most containers a loop may ever start."),
  LOOPGATE_MAX_DEADLINE_MINUTES: bound("deadline_minutes", 240, "Longest a run may take, in minutes."),
  LOOPGATE_MAX_SILENCE_MINUTES: bound("silence_minutes", 240, "Longest a run may show no sign of life, in minutes."),
  LOOPGATE_MAX_LOOP_HOURS: bound("loop_hours", 168, "Longest a loop may take up to the gate, in hours."),
  LOOPGATE_MAX_WAIT_MINUTES: bound("wait_minutes", 1440, "Longest to wait for CI, in minutes."),
  LOOPGATE_MAX_CHANGED_LINES: bound("changed_lines", 100_000, "Most lines a change may have."),
  LOOPGATE_MAX_CHANGED_FILES: bound("changed_files", 5000, "Most files a change may touch."),
  LOOPGATE_MAX_MEMORY_MIB: bound("memory_mib", 4_194_304, "Most memory a policy may give a run, in MiB."),
  LOOPGATE_MAX_CPUS: bound("cpus", 256, "Most processors a policy may give a run."),
  LOOPGATE_MAX_PROCESSES: bound("processes", 100_000, "Most processes a policy may give a run."),
  LOOPGATE_MAX_TMP_MIB: bound("tmp_mib", 1_048_576, "Most that a policy may let `/tmp` hold, in MiB; it is memory."),
  LOOPGATE_MAX_DISK_MIB: bound("disk_mib", 16_777_216, "Most disk a policy may give a run's workspace, in MiB."),
  LOOPGATE_MAX_SERVICES: whole(0, 16)
    .prefault(String(generousBounds.services))
    .meta({ description: "Most services and tool servers, together, that a policy may put beside a run; 0: none." }),
  LOOPGATE_MAX_SERVICE_MEMORY_MIB: bound(
    "service_memory_mib",
    4_194_304,
    "Most memory a policy may give a service, and a tool server has, in MiB; it is not part of the run's.",
  ),
  LOOPGATE_MAX_SCHEDULES: whole(0, 10)
    .prefault(String(generousBounds.schedules))
    .meta({ description: "Most schedules of one repository that start loops by themselves; 0: none." }),
  LOOPGATE_MIN_APPROVALS: whole(0, 6)
    .prefault(String(generousBounds.approvals_minimum))
    .meta({ description: "Fewest approvals a policy may ask for." }),
  LOOPGATE_MAY_MERGE: onOff
    .prefault("off")
    .meta({ description: "Whether a policy may let the App merge approved changes: `on` or `off`." }),
  LOOPGATE_LOG_LEVEL: z
    .enum(["debug", "info", "warn", "error"], "must be debug, info, warn or error")
    .prefault("info")
    .meta({ description: "Log level: `debug`, `info`, `warn` or `error`." }),
});
export type Environment = z.infer<typeof Environment>;

/** What only `serve` cannot do without: containers made of another machine's image need a relay of ours. */
export const neededToServe: readonly (keyof Environment)[] = ["LOOPGATE_RELAY_IMAGE"];

function bound(
  name: Exclude<keyof typeof generousBounds, "images" | "hosts" | "registries" | "may_merge">,
  max: number,
  description: string,
) {
  return whole(1, max).prefault(String(generousBounds[name])).meta({ description });
}

/** GitHub keeps label names unique without regard to case. */
function isStatusLabel(label: string): boolean {
  const ours = [
    ...Object.values<string>(statusLabels),
    ...Object.values<string>(priorityLabels),
    ...Object.values<string>(budgetLabels),
    holdLabel,
    planLabel,
  ];
  return hasLabel(ours, label);
}

function isAddress(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol)) return false;
  return url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}

/** Whether it is what programs make of it: no other spelling of its host or path, nothing that they would leave out. */
function isPlainAddress(value: string): boolean {
  if (!isAddress(value)) return true; // said already
  const plain = (address: string) => address.toLowerCase().replace(/\/+$/, "");
  return (
    !/[?#]/.test(value) &&
    !new URL(value).hostname.endsWith(".") &&
    plain(new URL(value).href) === plain(value.replace(/^(https:\/\/[^/]+):443(?=\/|$)/i, "$1"))
  );
}

/** A name, whose last part begins with a letter, or an address in its usual spelling: listeners take `0` for all addresses. */
function isListenHost(value: string): boolean {
  return isIP(value) !== 0 || /^(?:[a-z0-9_-]+\.)*[a-z_][a-z0-9_-]*$/i.test(value);
}

function isSafeAddress(value: string): boolean {
  return !isAddress(value) || isSafe(value); // the first is said already
}

/** Whether nobody on the way can read what is sent there. */
function isSafe(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
}
