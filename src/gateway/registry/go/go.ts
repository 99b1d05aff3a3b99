// The Go module proxy's protocol, read-only: https://go.dev/ref/mod#goproxy-protocol

import { open, readFile } from "node:fs/promises";
import { z } from "zod";
import { atMost } from "../../../base/at-most.ts";
import { parseJson } from "../../../base/parse-json.ts";
import type { Ask, Fetched, Protocol, ProtocolParts, Reply } from "../protocol.ts";
import { Refused } from "../refused.ts";
import { isTooYoung, type PackageRules, requireName, youthProblem } from "../rules.ts";
import { type Shelf, shelfOf } from "../shelf.ts";
import { refuseWebPage, timeIn } from "../texts.ts";
import { escaped, type GoPath, isVersion, readGoPath } from "./path.ts";

const plain = "text/plain; charset=utf-8";

/** So many of a module's versions are asked how old they are, where policy wants to know, and so many at a time. */
const mostAsked = 300;
const askedAtOnce = 8;

/**
 * The protocol, before one proxy. What a module's files are is stated by no answer of it but by the base's `go.sum` and by the checksum
 * database, whose answers are signed; the client checks both, and the second passes through here.
 */
export function goProtocol(parts: ProtocolParts): Protocol {
  const go = { parts, shelf: shelfOf("go", parts) };
  return {
    name: "go",
    strays: () => false,
    refusal: (sentence) => ({ type: plain, body: `${sentence}\n` }),
    async answer(ask) {
      const asked = readGoPath(ask.path);
      if (asked === null) throw new Refused(404, "This is nothing that a Go module proxy gives.");
      if (asked.kind === "sums") return sumsReply(go, asked);
      requireName(asked.module, ask.rules);
      if ("version" in asked) return versionReply(go, ask, asked);
      return (asked.kind === "list" ? listReply : latestReply)(go, ask.rules, asked.module);
    },
  };
}

interface Go {
  readonly parts: ProtocolParts;
  readonly shelf: Shelf;
}

const Info = z.looseObject({ Version: z.string(), Time: z.string().optional() });

interface VersionInfo {
  readonly version: string;
  /** When it was committed, which is what the proxy tells, in milliseconds since the epoch; null: it does not say. */
  readonly publishedAt: number | null;
  readonly text: string;
}

function textReply(text: string, type = plain): Reply {
  return { type, body: Buffer.from(text), fetched: null };
}

function urlOf({ parts }: Go, module: string, rest: string): URL {
  return new URL(`${parts.upstream.url}/${escaped(module)}/${rest}`);
}

/** What the proxy says of a version, or of what a branch or `@latest` comes to. */
function infoOf(go: Go, module: string, rest: string): Promise<VersionInfo> {
  const what = `${module} ${rest.replace(/^@v\/|\.info$/g, "")}`;
  const asked = { words: ["info", module, rest], url: urlOf(go, module, rest), what, headers: {} };
  return go.shelf.document(asked, (text) => {
    const { Version, Time } = infoIn(text, what);
    return { version: Version, publishedAt: timeIn(Time), text };
  });
}

function infoIn(text: string, what: string): z.infer<typeof Info> {
  refuseWebPage(text, what);
  const read = Info.safeParse(parseJson(text));
  if (!read.success || !isVersion(read.data.Version))
    throw new Refused(422, `The registry's answer about ${what} is no version's information.`);
  return read.data;
}

function youngInfo(go: Go, rules: PackageRules, module: string, { version, publishedAt }: VersionInfo): boolean {
  return isTooYoung({ name: module, version, publishedAt }, rules, go.parts.now());
}

function infoUrl(version: string): string {
  return `@v/${escaped(version)}.info`;
}

async function listReply(go: Go, rules: PackageRules, module: string): Promise<Reply> {
  const listed = await listedOf(go, module);
  const seen =
    rules.minimumAgeMs === 0 ? listed : (await oldOf(go, rules, module, listed)).map(({ version }) => version);
  return textReply(seen.map((version) => `${version}\n`).join(""));
}

function listedOf(go: Go, module: string): Promise<readonly string[]> {
  const asked = { words: ["list", module], url: urlOf(go, module, "@v/list"), what: module, headers: {} };
  return go.shelf.document(asked, (text) => {
    refuseWebPage(text, module);
    return text.split("\n").flatMap((line) => (isVersion(line.trim()) ? [line.trim()] : []));
  });
}

/** Those that are old enough; of a version whose age cannot be learned, or beyond the first 300, nothing is known. */
async function oldOf(go: Go, rules: PackageRules, module: string, listed: readonly string[]) {
  const asking = atMost(askedAtOnce);
  const infos = await Promise.all(
    listed
      .slice(0, mostAsked)
      .map((version) => asking(() => infoOf(go, module, infoUrl(version)).catch(unlessRefused))),
  );
  return infos.filter((info) => info !== null).filter((info) => !youngInfo(go, rules, module, info));
}

function unlessRefused(error: unknown): null {
  if (error instanceof Refused) return null;
  throw error;
}

/** Where the latest is too young, the newest release that is not. */
async function latestReply(go: Go, rules: PackageRules, module: string): Promise<Reply> {
  const latest = await infoOf(go, module, "@latest");
  if (!youngInfo(go, rules, module, latest)) return textReply(latest.text, "application/json");
  const old = await oldOf(go, rules, module, await listedOf(go, module));
  const releases = old.filter(({ version }) => !version.includes("-"));
  const [newest] = (releases.length > 0 ? releases : old).sort((a, b) => (b.publishedAt ?? 0) - (a.publishedAt ?? 0));
  if (newest === undefined)
    throw new Refused(403, youthProblem({ name: module, ...latest }, rules, go.parts.now()) ?? "");
  return textReply(newest.text, "application/json");
}

async function versionReply(
  go: Go,
  { rules }: Ask,
  { kind, module, version }: Extract<GoPath, { readonly version: string }>,
): Promise<Reply> {
  const info =
    kind === "info" || rules.minimumAgeMs > 0 || (kind === "zip" && !rules.known.has(module))
      ? await infoOf(go, module, infoUrl(version))
      : null;
  const what = { name: module, version: info?.version ?? version, publishedAt: info?.publishedAt ?? null };
  if (isVersion(version) && info !== null && info.version !== version)
    throw new Refused(422, `Asked about ${module} ${version}, the registry answers about ${info.version}.`);
  const problem = youthProblem(what, rules, go.parts.now());
  if (problem !== null) throw new Refused(403, problem);
  if (kind === "info") return textReply(info?.text ?? "", "application/json");
  const asked = { words: [kind, module, version], what: `${module} ${version}` };
  const found = await go.shelf.file(asked, async () => ({
    url: urlOf(go, module, `@v/${escaped(version)}.${kind}`),
    verify: (path) => (kind === "mod" ? checkModFile : checkArchive)(path, module),
  }));
  const isNew = !rules.known.has(module);
  const fetched: Fetched | null = kind === "zip" ? { protocol: "go", ...what, isNew } : null;
  return {
    type: kind === "mod" ? plain : "application/zip",
    body: { file: found.file, bytes: found.note.bytes },
    fetched,
  };
}

const largestModFile = 16 * 1024 ** 2;

/** https://go.dev/ref/mod#go-mod-file: it says which module it is of. */
async function checkModFile(path: string, module: string): Promise<void> {
  const text = (await readFile(path)).subarray(0, largestModFile).toString("utf8");
  if (!/^[ \t]*module[ \t(]/m.test(text))
    throw new Refused(422, `The registry's answer about ${module} is no module file.`);
}

/** https://go.dev/ref/mod#zip-files: an archive begins with the mark of its first file, or of its end where it has none. */
async function checkArchive(path: string, module: string): Promise<void> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const mark = buffer.subarray(0, bytesRead).toString("latin1");
    if (mark !== "PK\x03\x04" && mark !== "PK\x05\x06")
      throw new Refused(422, `The registry's answer about ${module} is no archive of a module.`);
  } finally {
    await file.close();
  }
}

/** Signed by the database itself, so that whoever reads it knows a forgery; tiles and look-ups never change. */
async function sumsReply(
  { parts, shelf }: Go,
  { what, path }: Extract<GoPath, { readonly kind: "sums" }>,
): Promise<Reply> {
  const url = new URL(`${parts.upstream.url}${path}`);
  const asked = { words: ["sums", path], what: "checksum database" };
  if (what !== "kept") return textReply(await shelf.document({ ...asked, url, headers: {} }, (text) => text));
  const found = await shelf.file(asked, async () => ({ url, verify: async () => {} }));
  return { type: "application/octet-stream", body: { file: found.file, bytes: found.note.bytes }, fetched: null };
}
