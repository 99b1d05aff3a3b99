// What GitHub says of the App before it starts: whether it is the one that the settings mean, and what it lacks.
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { FindingName, Found } from "../base/finding.ts";
import { tooEarly } from "../base/too-early.ts";
import type { Client } from "./client/client.ts";
import { isSignedWith } from "./deliveries/body.ts";

const Permissions = z.record(z.string(), z.string());
const OwnApp = z.object({ slug: z.string(), permissions: Permissions, events: z.array(z.string()) });
const Installations = z.array(
  z.object({ account: z.object({ login: z.string() }).nullable(), permissions: Permissions }),
);
const Hook = z.object({
  url: z.string().nullish(),
  content_type: z.string().optional(),
  secret: z.string().optional(),
});
const Deliveries = z.array(
  z.object({ id: z.number(), delivered_at: z.string(), status: z.string(), status_code: z.number() }),
);
const FullDelivery = z.object({
  request: z.object({ headers: z.record(z.string(), z.unknown()), payload: z.unknown() }),
});

export interface AskedAs {
  readonly appId: number;
  readonly slug: string;
  /** All that are accepted of webhooks. */
  readonly secrets: readonly string[];
  /** Whether webhooks arrive or their log is read; absent: they arrive. */
  readonly intake?: "webhook" | "poll";
  readonly now?: () => number; // epoch milliseconds
}

/** Asks as the App itself: itself, its webhook, its installations. Seven requests at most, each tried once; never rejects. */
export async function askGitHub(
  client: Client,
  { appId, slug, secrets, intake = "webhook", now = Date.now }: AskedAs,
): Promise<readonly Found[]> {
  const own = await asked(client, "GET /app", OwnApp);
  if (!own.ok) return own.refused ? unknownApp(own.said) : unasked(own.said);
  const app = own.value;
  const [hook, deliveries, installations] = await Promise.all([
    asked(client, "GET /app/hook/config", Hook),
    asked(client, "GET /app/hook/deliveries", Deliveries),
    asked(client, "GET /app/installations", Installations),
  ]);
  const { default_permissions: needed, default_events: events } = manifest();
  const deaf = events.filter((event) => !app.events.includes(event));
  return [
    ...(app.slug === slug
      ? []
      : found(
          "app-slug",
          `LOOPGATE_APP_SLUG is ${JSON.stringify(slug)}, and GitHub calls App ${appId} ${JSON.stringify(app.slug)}.`,
        )),
    ...(hook.ok ? hookProblems(hook.value, intake) : []),
    ...clockWarning(own.date, now()),
    ...lacks("app-permissions", "The App does not ask for", app.permissions, needed),
    ...(deaf.length === 0
      ? []
      : found("app-events", `The App is not subscribed to the events ${deaf.join(", ")}; app.yml lists them.`)),
    ...(deliveries.ok
      ? intake === "poll"
        ? emptyLogWarning(deliveries.value)
        : [...unreachedWarning(deliveries.value), ...(await secretWarning(client, deliveries.value, secrets))]
      : []),
    ...(installations.ok
      ? installations.value.flatMap(({ account, permissions }) => {
          const who = `The installation on ${account?.login ?? "(unknown)"} has not accepted`;
          return lacks("installation-permissions", who, permissions, needed);
        })
      : []),
  ];
}

const found = (name: FindingName, text: string): readonly Found[] => [{ name, text }];

type Asked<Value> =
  | { readonly ok: true; readonly value: Value; readonly date: string | undefined }
  | { readonly ok: false; readonly refused: boolean; readonly said: string };

/** Refused: GitHub does not know who asks. Anything else may be different the next time. */
async function asked<Shape extends z.ZodType>(
  client: Client,
  route: string,
  shape: Shape,
): Promise<Asked<z.output<Shape>>> {
  try {
    const { data, headers } = await client.request(route, { per_page: 100 });
    return { ok: true, value: shape.parse(data), date: headers.date };
  } catch (error) {
    const { status, response, message } = error as { status?: number; response?: unknown; message: string };
    const refused = response !== undefined && (status === 401 || status === 404);
    return { ok: false, refused, said: `${response === undefined ? "" : `${status}: `}${message.split("\n")[0]}` };
  }
}

/** Seconds that an answer may take to arrive, and more than a clock in order is off. */
const clockMayBeOff = 60;

/** Deadlines do not depend on it, what people read and when schedules and reminders are due does. */
function clockWarning(date: string | undefined, now: number): readonly Found[] {
  const off = Math.round((now - Date.parse(date ?? "")) / 1000);
  if (!(Math.abs(off) > clockMayBeOff)) return [];
  const text = `The clock of this machine is ${Math.abs(off)} seconds ${off > 0 ? "ahead of" : "behind"} GitHub's: let it be set by a time server.`;
  return found("clock", text);
}

function unknownApp(said: string): readonly Found[] {
  const text = `LOOPGATE_APP_ID and LOOPGATE_PRIVATE_KEY do not fit each other, or are not of this GitHub: it does not accept them (${said.slice(0, 200)}).`;
  return found("app-unknown", text);
}

function unasked(said: string): readonly Found[] {
  return found("github-silent", `GitHub could not be asked about the App (${said.slice(0, 200)}).`);
}

function hookProblems(
  { url, secret, content_type: type = "json" }: z.output<typeof Hook>,
  intake: "webhook" | "poll",
): readonly Found[] {
  if (!url)
    return found(
      "webhook-none",
      intake === "poll"
        ? "The App has no webhook at GitHub, so its log of them, which LOOPGATE_INTAKE=poll reads, stays empty: make the webhook active at GitHub. Its address may lead nowhere, such as https://loopgate.invalid/."
        : "The App has no webhook address at GitHub, so nothing would ever be heard of. Enter one there, or, where this machine has none that GitHub could reach, set LOOPGATE_INTAKE=poll.",
    );
  const isOpen = !secret && intake !== "poll";
  return [
    ...(isOpen
      ? found("webhook-open", "The App's webhook has no secret at GitHub: enter that of LOOPGATE_WEBHOOK_SECRET there.")
      : []),
    ...(type === "json"
      ? []
      : found("webhook-form", `The App's webhook sends ${type}: choose application/json at GitHub.`)),
  ];
}

/** So many of the newest in a row, or all where there are fewer, tell that it is not one that was lost. */
const lostInARow = 3;

/** A 401 is an answer of ours, or of another's with our secret's name: `secretWarning` tells of it. */
function unreachedWarning(newestFirst: z.output<typeof Deliveries>): readonly Found[] {
  const newest = newestFirst.slice(0, lostInARow);
  const [last] = newest;
  if (
    last === undefined ||
    newest.some(({ status_code: code }) => [401, tooEarly].includes(code) || (code >= 200 && code < 300))
  )
    return [];
  return found(
    "webhook-unreached",
    `GitHub could not bring its newest webhooks, the last at ${last.delivered_at}: ${last.status}. Unless the App was stopped then, its webhook address does not lead to LOOPGATE_HOST and LOOPGATE_PORT of this machine: mend the proxy in front of it or the address at GitHub, or, where GitHub cannot reach this machine, set LOOPGATE_INTAKE=poll.`,
  );
}

/** An App hears at once that it was installed, so where nothing at all was sent in three days its webhook may be off. */
function emptyLogWarning(newestFirst: z.output<typeof Deliveries>): readonly Found[] {
  if (newestFirst.length > 0) return [];
  return found(
    "webhook-log-empty",
    "GitHub's log of webhooks, which LOOPGATE_INTAKE=poll reads, has none of the last three days. Unless nothing happened in the repositories, the App's webhook is not active: tick Active in its settings at GitHub.",
  );
}

/** So many of the newest deliveries are read until one shows whether the secret fits. */
const deliveriesRead = 3;

/**
 * GitHub never shows a secret, but each delivery that it keeps has the signature it was sent with, and its payload: whether
 * ours makes the same is seen before any webhook comes. Where a payload cannot tell, what it was answered may.
 * https://docs.github.com/rest/apps/webhooks#get-a-delivery-for-an-app-webhook
 */
async function secretWarning(
  client: Client,
  newestFirst: z.output<typeof Deliveries>,
  secrets: readonly string[],
): Promise<readonly Found[]> {
  for (const { id, delivered_at: at, status_code: status } of newestFirst.slice(0, deliveriesRead)) {
    const full = await asked(client, `GET /app/hook/deliveries/${id}`, FullDelivery);
    const fits = full.ok ? isSignedHere(full.value.request, secrets) : null;
    if (fits === true || (fits === null && status >= 200 && status < 300)) return [];
    if (fits === false) {
      return found(
        "webhook-secret",
        `GitHub's webhook of ${at} was signed with another secret than LOOPGATE_WEBHOOK_SECRET. Unless the secret at GitHub was changed after it, every webhook will be refused: enter the same secret in both places.`,
      );
    }
  }
  const [newest] = newestFirst;
  if (newest?.status_code !== 401) return [];
  return found(
    "webhook-secret",
    `GitHub's newest webhook (${newest.delivered_at}) was refused with 401, as happens when LOOPGATE_WEBHOOK_SECRET is not the secret at GitHub.`,
  );
}

/** Text that every writer of JSON writes alike: some escape what is not ASCII, or these three. */
const writtenAlike = /^(?:(?!\\u)[\x20-\x7e](?<![<>&]))+$/;

/** `null`: the payload comes parsed, and as text it may not have been these very bytes, as that of a form never is. */
function isSignedHere(
  { headers, payload }: z.output<typeof FullDelivery>["request"],
  secrets: readonly string[],
): boolean | null {
  const header = (wanted: string) => Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1];
  const [signature, type] = [header("x-hub-signature-256"), header("content-type")];
  if (typeof type === "string" && !type.startsWith("application/json")) return null;
  if (typeof signature !== "string" || !/^sha256=[0-9a-f]{64}$/.test(signature)) return null;
  let isPlain = true;
  const text = JSON.stringify(payload, (_, value) => {
    if (typeof value === "number" && !Number.isSafeInteger(value)) isPlain = false;
    return value;
  });
  if (isSignedWith(text, { secrets, signature })) return true;
  return isPlain && writtenAlike.test(text) ? false : null;
}

const levels = ["none", "read", "write", "admin"];

type Levels = Readonly<Record<string, string>>;

function lacks(name: FindingName, who: string, has: Levels, needed: Levels): readonly Found[] {
  const missing = Object.entries(needed).filter(
    ([permission, level]) => levels.indexOf(has[permission] ?? "none") < levels.indexOf(level),
  );
  if (missing.length === 0) return [];
  const named = missing.map(([permission, level]) => `${permission}: ${level}`).join(", ");
  return found(name, `${who} the permission ${named}; app.yml says what for.`);
}

export interface AppManifest {
  readonly url: string;
  readonly description: string;
  readonly default_permissions: Readonly<Record<string, string>>;
  readonly default_events: readonly string[];
}

/** What the App's manifest says and asks for. It is our own file: a test reads it as YAML and compares. */
export function manifest(): AppManifest {
  const text = readFileSync(new URL("../../app.yml", import.meta.url), "utf8");
  const line = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1] ?? "";
  const [, permissions = "", events = ""] =
    /^default_permissions:\n((?: .*\n)+)[\s\S]*^default_events:\n((?: .*\n?)+)/m.exec(text) ?? [];
  return {
    url: line("url"),
    description: line("description"),
    default_permissions: Object.fromEntries(
      [...permissions.matchAll(/^ +(\w+): (\w+)/gm)].map(([, name = "", level = ""]) => [name, level]),
    ),
    default_events: [...events.matchAll(/^ +- (\w+)/gm)].map(([, event = ""]) => event),
  };
}
