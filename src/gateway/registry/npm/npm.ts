// The npm registry's protocol, read-only, as npm, pnpm, yarn and bun speak it.
import type { IncomingMessage } from "node:http";
import { pipeline as pipe, type Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import { atMost } from "../../../base/at-most.ts";
import type { KeptAnswer } from "../kept.ts";
import type { Ask, Protocol, ProtocolParts, Reply } from "../protocol.ts";
import { Refused } from "../refused.ts";
import { isTooYoung, nameProblem, type PackageRules } from "../rules.ts";
import { getUpstream } from "../upstream.ts";
import { checkIntegrity } from "./integrity.ts";
import { type Packument, publishedAt, readPackument, shown, versionOfFile } from "./packument.ts";
import { filePathIn, readNpmPath } from "./path.ts";

const abbreviated = "application/vnd.npm.install-v1+json";
const whole = "application/json";
type Form = typeof abbreviated | typeof whole;

/** Documents that are read at once; one of a large package is tens of megabytes. */
const documentsAtOnce = 4;

/** The protocol, before one registry. */
export function npmProtocol(parts: ProtocolParts): Protocol {
  const npm = { parts, underWay: new Map<string, Promise<unknown>>(), reading: atMost(documentsAtOnce) };
  return {
    name: "npm",
    strays: (path) => filePathIn(path) !== null,
    refusal: (sentence) => ({ type: whole, body: JSON.stringify({ error: sentence }) }), // where npm looks for words
    async answer(ask) {
      const asked = readNpmPath(ask.path) ?? readNpmPath(filePathIn(ask.path) ?? "");
      if (asked === null)
        throw new Refused(404, "This is nothing that the npm registry gives: documents and files of packages.");
      const problem = nameProblem(asked.name, ask.rules);
      if (problem !== null) throw new Refused(403, problem);
      if (asked.kind === "file") return fileReply(npm, ask, asked.name, asked.file);
      return documentReply(npm, ask, asked.name, asked.kind === "manifest" ? asked.version : null);
    },
  };
}

interface Npm {
  readonly parts: ProtocolParts;
  readonly underWay: Map<string, Promise<unknown>>;
  readonly reading: ReturnType<typeof atMost>;
}

/** A package's document, or the manifest of one version or tag of it. */
function documentReply(npm: Npm, ask: Ask, name: string, version: string | null): Promise<Reply> {
  const { rules } = ask;
  const form = ask.accept.includes(abbreviated) && rules.minimumAgeMs === 0 ? abbreviated : whole; // only the whole has times
  return document(npm, name, form, (found) => {
    const isHidden = (one: string) => isHeldBack(npm, found, name, one, rules);
    // npm puts its registry's host in place of any other, and writes the address as it is given into lockfiles.
    const base = ask.userAgent.startsWith("npm/") ? null : ask.base;
    const given = shown(found, base, isHidden);
    if (version === null) return { type: form, body: Buffer.from(JSON.stringify(given)), fetched: null };
    const manifest = given.versions[given["dist-tags"][version] ?? version];
    if (manifest === undefined) throw new Refused(404, `There is no version ${version} of ${name}.`);
    return { type: whole, body: Buffer.from(JSON.stringify(manifest)), fetched: null };
  });
}

function isHeldBack({ parts }: Npm, found: Packument, name: string, version: string, rules: PackageRules): boolean {
  return isTooYoung({ name, version, publishedAt: publishedAt(found, version) }, rules, parts.now());
}

/** A package itself, checked against what the registry's document states. */
async function fileReply(npm: Npm, ask: Ask, name: string, file: string): Promise<Reply> {
  const { rules } = ask;
  const { kept, now } = npm.parts;
  const key = keyOf(npm, "file", name, file);
  const isNew = !rules.known.has(name);
  const known = await kept.note(key);
  const version = known?.facts.version ?? (await inDocument(npm, name, file, abbreviated)).version;
  const needsDate = isNew || rules.minimumAgeMs > 0;
  const at = needsDate
    ? (numberIn(known?.facts.publishedAt) ?? (await inDocument(npm, name, file, whole)).publishedAt)
    : null;
  if (isTooYoung({ name, version, publishedAt: at }, rules, now())) {
    const days = rules.minimumAgeMs / 86_400_000;
    throw new Refused(
      403,
      `${name} ${version} has been out for less than ${days} days (\`packages.minimum_age_days\`).`,
    );
  }
  const found = (await kept.find(key)) ?? (await fetchFile(npm, key, name, file));
  if (at !== null && found.note.facts.publishedAt === undefined)
    await kept.tell(key, { ...found.note.facts, publishedAt: String(at) });
  return {
    type: "application/octet-stream",
    body: { file: found.file, bytes: found.note.bytes },
    fetched: { protocol: "npm", name, version, publishedAt: at, isNew },
  };
}

/** What the registry's document says of a file. */
function inDocument(npm: Npm, name: string, file: string, form: Form) {
  return document(npm, name, form, (found) => {
    const entry = versionOfFile(found, file);
    if (entry === null) throw new Refused(404, `The registry has no file ${file} of ${name}.`);
    return { ...entry, publishedAt: publishedAt(found, entry.version) };
  });
}

/** Fetches and keeps a file; two runs that want one at once fetch it once. */
async function fetchFile(npm: Npm, key: string, name: string, file: string): Promise<KeptAnswer> {
  const { upstream, limits, kept, bounds } = npm.parts;
  await once(npm, key, async () => {
    const { version, dist } = await inDocument(npm, name, file, abbreviated);
    const what = `${name} ${version}`;
    const answer = await getUpstream({ upstream, url: new URL(dist.tarball), headers: {}, limits });
    answered(answer, what);
    await kept.keep(key, answer, bounds.packageBytes, async ({ path }) => {
      await checkIntegrity(path, what, dist);
      return { version };
    });
  });
  const found = await kept.find(key);
  if (found === null) throw new Refused(502, `${name} did not stay in the cache; ask again.`);
  return found;
}

/** What `read` makes of a package's document, which is kept for a while; only so many are held in memory at once. */
async function document<T>(npm: Npm, name: string, form: Form, read: (found: Packument) => T): Promise<T> {
  const { kept, bounds, now } = npm.parts;
  const key = keyOf(npm, "document", name, form);
  const note = await kept.note(key);
  const isFresh = note !== null && Math.abs(now() - Number(note.facts.at)) < bounds.freshMs;
  if (!isFresh) await once(npm, key, () => fetchDocument(npm, key, name, form));
  let found = await kept.find(key);
  if (found === null) {
    await once(npm, key, () => fetchDocument(npm, key, name, form));
    found = await kept.find(key);
  }
  if (found === null) throw new Refused(502, `What the registry says of ${name} did not stay in the cache; ask again.`);
  const { file } = found;
  try {
    return await npm.reading(async () =>
      read(readPackument(trustworthy(npm, await file.readFile("utf8"), name), name)),
    );
  } finally {
    await file.close();
  }
}

/** A registry that writes the App's own credential into its answer would hand it to the run. */
function trustworthy({ parts }: Npm, text: string, name: string): string {
  const { token } = parts.upstream;
  if (token === null || !text.includes(token)) return text;
  throw new Refused(422, `The registry's answer about ${name} holds the credential that it was asked with.`);
}

/** Asks for the document, or whether the one that is there has changed. */
async function fetchDocument(npm: Npm, key: string, name: string, form: Form): Promise<void> {
  const { upstream, limits, kept, bounds, now } = npm.parts;
  const there = await kept.find(key);
  await there?.file.close();
  const etag = there?.note.facts.etag;
  const url = new URL(`${upstream.url}/${name.replace("/", "%2f")}`);
  const accept = form === whole ? whole : `${abbreviated}; q=1.0, ${whole}; q=0.8`;
  const headers = { accept, "accept-encoding": "gzip", ...(etag === undefined ? {} : { "if-none-match": etag }) };
  const answer = await getUpstream({ upstream, url, headers, limits });
  if (answer.statusCode === 304 && there !== null) {
    answer.resume();
    return kept.tell(key, { ...there.note.facts, at: String(now()) });
  }
  answered(answer, name);
  const tag = answer.headers.etag;
  await kept.keep(key, unpacked(answer, name), bounds.documentBytes, async () => ({
    at: String(now()),
    ...(tag === undefined || tag.length > 200 ? {} : { etag: tag }),
  }));
}

/** Refuses what is no answer with content, in our own words: what a registry writes about an error stays outside. */
function answered(answer: IncomingMessage, what: string): void {
  const status = answer.statusCode ?? 0;
  if (status === 200) return;
  answer.destroy();
  if (status === 404) throw new Refused(404, `The registry has no ${what}.`);
  if (status === 401 || status === 403)
    throw new Refused(403, `The registry does not give ${what} to this App (status ${status}).`);
  if (status === 429) throw new Refused(429, "The registry asks to wait.");
  if (status >= 500) throw new Refused(502, `The registry fails for ${what} (status ${status}).`);
  throw new Refused(422, `The registry answers for ${what} with status ${status}.`);
}

function unpacked(answer: IncomingMessage, what: string): AsyncIterable<Uint8Array> {
  const encoding = answer.headers["content-encoding"] ?? "identity";
  if (encoding === "identity") return answer;
  if (encoding !== "gzip") {
    answer.destroy();
    throw new Refused(422, `The registry's answer about ${what} is packed as nobody asked for.`);
  }
  return pipe(answer, createGunzip(), () => {}) as Transform; // an error of either ends the other, and whoever reads is told
}

async function once(npm: Npm, key: string, work: () => Promise<void>): Promise<void> {
  const running = npm.underWay.get(key);
  if (running !== undefined) {
    await running;
    return;
  }
  const own = work();
  npm.underWay.set(key, own);
  try {
    await own;
  } finally {
    npm.underWay.delete(key);
  }
}

function keyOf({ parts }: Npm, ...words: readonly string[]): string {
  return JSON.stringify(["npm", parts.upstream.url, ...words]);
}

function numberIn(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}
