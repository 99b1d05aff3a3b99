// What the operator says about the App to be made: read from a form or the command line, and checked in one go.
import { z } from "zod";

/** An answer as text; empty where nothing was said. */
export interface Said {
  readonly github: string;
  readonly organization: string;
  readonly publicUrl: string;
  readonly name: string;
  readonly pagesUrl: string;
}

export interface Answers {
  /** Where people read GitHub, such as `https://github.com`; no slash at the end. */
  readonly github: string;
  /** Whose the App is to be; null: the person's own account. */
  readonly organization: string | null;
  /** Where GitHub reaches this App; null: nowhere yet. */
  readonly publicUrl: string | null;
  /** The App's name, which has to be unused at that GitHub. */
  readonly name: string;
  /** Where people will reach the pages about loops; null: on this machine only. */
  readonly pagesUrl: string | null;
}

export type Problems = Partial<Record<keyof Said, string>>;

export const noAnswers: Said = {
  github: "https://github.com",
  organization: "",
  publicUrl: "",
  name: "Loopgate",
  pagesUrl: "",
};

const thisMachine = ["127.0.0.1", "localhost", "[::1]"];

const github = z
  .string()
  .refine(isOrigin, "must be the address of a GitHub, such as https://github.com, without a path")
  .refine(
    (text) => !isOrigin(text) || new URL(text).protocol === "https:" || thisMachine.includes(new URL(text).hostname),
    "is http:// to another machine, which would send the App's key unencrypted; use https://",
  )
  .transform((text) => new URL(text).origin);

const publicUrl = z
  .string()
  .refine(
    (text) => text === "" || isAddress(text),
    "must be an https address, such as https://loopgate.example.com, without query or fragment",
  )
  .refine((text) => text === "" || !isAddress(text) || !isOfThisNetwork(new URL(text).hostname), {
    error: "is an address that only this machine or network can reach; GitHub has to reach it",
  })
  .transform((text) => (text === "" ? null : text.replace(/\/+$/, "")));

const pagesUrl = z
  .string()
  .refine(
    (text) => text === "" || (isOrigin(text) && new URL(text).protocol === "https:"),
    "must be an https address without a path, such as https://pages.example.com",
  )
  .transform((text) => (text === "" || !isOrigin(text) ? null : new URL(text).origin));

/** https://docs.github.com/apps/creating-github-apps/registering-a-github-app/registering-a-github-app#registering-a-github-app */
const name = z
  .string()
  .max(34, "is longer than the 34 characters that GitHub allows")
  .regex(/[A-Za-z0-9]/, "needs a letter or a digit");

const Shape = z.object({
  github,
  organization: z
    .string()
    .regex(/^$|^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/, "must be an organization's name as in its address")
    .transform((text) => (text === "" ? null : text)),
  publicUrl,
  name,
  pagesUrl,
});

export type ReadAnswers =
  | { readonly ok: true; readonly answers: Answers }
  | { readonly ok: false; readonly problems: Problems };

/** Blanks at the ends are taken off; the first problem of each answer is told, as the end of a sentence. */
export function readAnswers(said: Said): ReadAnswers {
  const trimmed = Object.fromEntries(Object.entries(said).map(([key, text]) => [key, text.trim()]));
  const read = Shape.safeParse(trimmed);
  if (read.success) return { ok: true, answers: read.data };
  const problems: Problems = {};
  for (const { path, message } of read.error.issues) problems[path[0] as keyof Said] ??= message;
  return { ok: false, problems };
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search, hash, username, password } = new URL(text);
  return ["http:", "https:"].includes(protocol) && `${search}${hash}${username}${password}` === "" && pathname === "/";
}

function isAddress(text: string): boolean {
  if (!URL.canParse(text) || /[?#]/.test(text)) return false;
  const { protocol, username, password } = new URL(text);
  return protocol === "https:" && username === "" && password === "";
}

/** GitHub refuses these of a webhook: https://github.com/github-community-projects/private-mirrors/issues/387 */
function isOfThisNetwork(host: string): boolean {
  return /^(localhost|.+\.localhost|127\..*|10\..*|192\.168\..*|172\.(1[6-9]|2\d|3[01])\..*|0\.0\.0\.0|\[::1?\])$/.test(
    host,
  );
}
