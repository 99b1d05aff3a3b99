// Every LOOPGATE_ variable that the operator may set: its limits, its default, what it is and where to get it.
import { z } from "zod";
import { generousBounds } from "./policy/clamp.ts";

const appPage = "github.com → Settings → Developer settings → GitHub Apps → your App";
const makeOne = "make one with `openssl rand -hex 32`";

const oneLine = (max: number) =>
  z
    .string()
    .max(max, `is longer than ${max} characters`)
    .regex(/^[^\r\n]*$/, "holds a line break");

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,12}$/, `is no whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `is no whole number from ${min} to ${max}`);

const secret = (length: number) =>
  oneLine(500)
    .min(length, `is shorter than ${length} characters`)
    .refine((value) => new Set(value).size >= 8, "has fewer than 8 different characters");

const address = oneLine(300)
  .refine(isAddress, "is no http(s) address without user, query and fragment")
  .refine(isSafeAddress, "is http:// to another machine, which would send tokens in the clear; use https://")
  .transform((value) => value.replace(/\/+$/, ""));

const command = z.string().max(100_000, "is longer than 100,000 characters");
const price = z.strictObject({
  input: z.number().min(0),
  output: z.number().min(0),
  cacheRead: z.number().min(0).optional(),
  cacheWrite: z.number().min(0).optional(),
});

/** The prices that a JSON text states; null when it is none or states something else. */
function pricesIn(text: string) {
  try {
    return z.record(z.string().regex(/^[a-z]+\/.+$/), price).parse(JSON.parse(text));
  } catch {
    return null;
  }
}

const prices = z
  .string()
  .refine((text) => pricesIn(text) !== null, "is no JSON object of prices")
  .transform((text) => pricesIn(text) ?? {});
const onOff = z.enum(["on", "off"], "is neither on nor off").transform((value) => value === "on");

/** Every setting: its limits, its default, what it is (`description`) and where to get it (`where`). An empty value is an unset one. */
export const Environment = z.strictObject({
  LOOPGATE_APP_ID: whole(1, 999_999_999_999).meta({
    description: "The GitHub App's number.",
    where: `${appPage} → General → App ID`,
  }),
  LOOPGATE_APP_SLUG: oneLine(100)
    .regex(/^[a-z0-9][a-z0-9-]*$/, "is no App name as it stands in the App's address (lower case, digits, hyphens)")
    .meta({
      description: "The App's name as it stands in its address; tells the App's own doings from those of people.",
      where: `${appPage}: the last part of github.com/apps/<slug>`,
    }),
  LOOPGATE_PRIVATE_KEY: z
    .string()
    .optional()
    .meta({
      description: "The App's private RSA key: PEM, with line breaks or `\\n`, or the PEM in base64.",
      where: `${appPage} → General → Private keys → Generate; or name its file in LOOPGATE_PRIVATE_KEY_FILE`,
    }),
  LOOPGATE_PRIVATE_KEY_FILE: oneLine(4096)
    .optional()
    .meta({ description: "Path of the key's file, instead of LOOPGATE_PRIVATE_KEY." }),
  LOOPGATE_WEBHOOK_SECRET: secret(16).meta({
    description: "What GitHub signs its deliveries with; at least 16 characters.",
    where: `${makeOne} and enter the same at ${appPage} → General → Webhook secret`,
  }),
  LOOPGATE_WEBHOOK_SECRET_PREVIOUS: secret(16)
    .optional()
    .meta({ description: "The webhook secret before the last change, accepted as well while you rotate it." }),
  LOOPGATE_SEAL_SECRET: secret(32).meta({
    description:
      "Seals the records in issue comments; at least 32 characters, unlike the webhook secret, never shared.",
    where: `${makeOne} and keep it: a record sealed with another one is not believed`,
  }),
  LOOPGATE_GITHUB_URL: address
    .prefault("https://api.github.com")
    .meta({ description: "GitHub's REST address; on GitHub Enterprise Server `https://<host>/api/v3`." }),
  LOOPGATE_GIT_URL: address.optional().meta({
    description: "Where repositories are fetched from; by default the host that belongs to LOOPGATE_GITHUB_URL.",
  }),
  LOOPGATE_THROTTLE: onOff
    .prefault("on")
    .meta({ description: "Spaces writes to GitHub as it asks; `off` is for the local forge only." }),
  LOOPGATE_DATA: oneLine(4096)
    .prefault("./.loopgate")
    .meta({ description: "Folder for the store, the quarantine and the workspaces." }),
  LOOPGATE_KEEP_DAYS: whole(1, 3650)
    .prefault("90")
    .meta({ description: "How long what a run was made of is kept for `loopgate rerun`, in days." }),
  LOOPGATE_HOST: oneLine(255).prefault("127.0.0.1").meta({ description: "Address to listen on." }),
  LOOPGATE_PORT: whole(0, 65_535).prefault("3000").meta({ description: "Port to listen on; 0 takes a free one." }),
  LOOPGATE_LABEL: oneLine(50).min(1).prefault("loop").meta({ description: "The label that starts a loop." }),
  LOOPGATE_CONCURRENT_RUNS: whole(1, 1000).prefault("4").meta({ description: "Containers that may run at once." }),
  LOOPGATE_RECONCILE_MINUTES: whole(1, 1440).prefault("10").meta({
    description: "How long a loop must have heard nothing before GitHub is asked how it stands, in minutes.",
  }),
  LOOPGATE_AGENT_COMMAND: command.prefault("").meta({
    description: "Shell command of the executor where a repository names none; empty: it must name one.",
  }),
  LOOPGATE_AGENT_IMAGE: oneLine(300)
    .prefault("")
    .meta({ description: "Image of the executor where a repository names none; best by digest." }),
  LOOPGATE_REVIEWER_COMMAND: command
    .prefault("")
    .meta({ description: "Shell command of the reviewer where a repository names none; empty: the executor's." }),
  LOOPGATE_REVIEWER_IMAGE: oneLine(300)
    .prefault("")
    .meta({ description: "Image of the reviewer where a repository names none; empty: the executor's." }),
  LOOPGATE_RELAY_IMAGE: oneLine(300).optional().meta({
    description: "Image of this App, for the side container that leads a run to its gateway; needed by `serve`.",
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
  LOOPGATE_TOOLS: oneLine(4096).prefault("").meta({
    description:
      "Folder of agent CLIs, mounted read-only into every run with its `bin` first on the path; where the App is a container, at the same path in it. Empty: what the image has.",
  }),
  LOOPGATE_IMAGES: oneLine(4096)
    .prefault("")
    .meta({ description: "The only images a repository may name, separated by commas; empty: any." }),
  LOOPGATE_ANTHROPIC_KEY: oneLine(500).optional().meta({
    description: "Key for Anthropic's models; it stays in the App, agents get a lease. Unset: no agent may call them.",
    where: "the provider's console",
  }),
  LOOPGATE_ANTHROPIC_URL: address.prefault("https://api.anthropic.com").meta({ description: "Anthropic's address." }),
  LOOPGATE_OPENAI_KEY: oneLine(500).optional().meta({
    description: "Key for OpenAI's models, or for a server that speaks as they do.",
    where: "the provider's console",
  }),
  LOOPGATE_OPENAI_URL: address
    .prefault("https://api.openai.com/v1")
    .meta({ description: "OpenAI's address, or that of a server that speaks as it does, with its `/v1`." }),
  LOOPGATE_GEMINI_KEY: oneLine(500).optional().meta({
    description: "Key for Google's Gemini models.",
    where: "the provider's console",
  }),
  LOOPGATE_GEMINI_URL: address
    .prefault("https://generativelanguage.googleapis.com")
    .meta({ description: "Gemini's address." }),
  LOOPGATE_PRICES: prices.prefault("{}").meta({
    description:
      'Prices that come before the built-in table, as JSON: US dollars per million tokens under `provider/model` or `provider/*`, such as `{"openai/*":{"input":0,"output":0}}`. A model without a price is refused.',
  }),
  LOOPGATE_EGRESS: oneLine(4096).prefault("").meta({
    description: "Hosts that repositories may let their runs reach, separated by commas; empty: none.",
  }),
  LOOPGATE_MAX_USD: bound("usd", 10_000, "US dollars that a loop may spend on model calls for each grant."),
  LOOPGATE_MAX_ATTEMPTS: bound("attempts", 20, "Attempts that a repository may grant."),
  LOOPGATE_MAX_RUNS: bound("runs", 100, "Containers that a loop may start over its life."),
  LOOPGATE_MAX_DEADLINE_MINUTES: bound("deadline_minutes", 240, "Wall clock of one run, in minutes."),
  LOOPGATE_MAX_SILENCE_MINUTES: bound("silence_minutes", 240, "How long a run may give no sign of life, in minutes."),
  LOOPGATE_MAX_LOOP_HOURS: bound("loop_hours", 168, "Wall clock of a loop up to the gate, in hours."),
  LOOPGATE_MAX_WAIT_MINUTES: bound("wait_minutes", 1440, "How long CI may stay silent, in minutes."),
  LOOPGATE_MAX_CHANGED_LINES: bound("changed_lines", 100_000, "Lines that a change may have."),
  LOOPGATE_MAX_CHANGED_FILES: bound("changed_files", 5000, "Files that a change may touch."),
  LOOPGATE_MIN_APPROVALS: whole(0, 6)
    .prefault(String(generousBounds.approvals_minimum))
    .meta({ description: "Approvals that every repository must ask for at least." }),
  LOOPGATE_MAY_MERGE: onOff
    .prefault("off")
    .meta({ description: "Whether a repository may let the App merge what was approved: `on` or `off`." }),
  LOOPGATE_LOG_LEVEL: z
    .enum(["debug", "info", "warn", "error"], "is none of debug, info, warn, error")
    .prefault("info")
    .meta({ description: "What is logged: `debug`, `info`, `warn` or `error`." }),
});
export type Environment = z.infer<typeof Environment>;

/** What only `serve` cannot do without: containers made of another machine's image need a relay of ours. */
export const neededToServe: readonly (keyof Environment)[] = ["LOOPGATE_RELAY_IMAGE"];

function bound(
  name: Exclude<keyof typeof generousBounds, "images" | "hosts" | "may_merge">,
  max: number,
  description: string,
) {
  return whole(1, max).prefault(String(generousBounds[name])).meta({ description });
}

function isAddress(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol)) return false;
  return url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}

function isSafeAddress(value: string): boolean {
  if (!isAddress(value)) return true; // said already
  const url = new URL(value);
  return url.protocol === "https:" || ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
}
