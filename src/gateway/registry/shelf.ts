// What every protocol does with one registry: asks for documents and files, each once, keeps them, and gives away none that it cannot rely on.
import type { IncomingMessage } from "node:http";
import { pipeline as pipe, type Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import { atMost } from "../../base/at-most.ts";
import type { KeptAnswer, Note } from "./kept.ts";
import type { ProtocolParts } from "./protocol.ts";
import { Refused } from "./refused.ts";
import { getUpstream } from "./upstream.ts";

/** Documents that are read at once; one of a large package is tens of megabytes. */
const documentsAtOnce = 4;

/** What is asked for. */
interface Asked {
  /** By which it is kept, besides protocol and registry. */
  readonly words: readonly string[];
  /** What it is about, for sentences: `left-pad 1.3.0`. */
  readonly what: string;
}

interface DocumentAsked extends Asked {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

interface FileAsked extends Asked {
  /** What is to be written down of it, besides `modified`, as the registry says when it last did so; absent: nothing. */
  readonly facts?: Note["facts"];
}

interface FilePlace {
  readonly url: URL;
  /** Looks at what arrived, and throws `Refused` where it is not what the registry's documents state. */
  readonly verify: (path: string) => Promise<void>;
}

export interface Shelf {
  /** What `read` makes of a document's text, of the type that it was sent as, and of its bytes. It is kept for a while, then asked about again. */
  document<T>(asked: DocumentAsked, read: (text: string, type: string, bytes: Buffer) => T): Promise<T>;
  /** A file; whoever takes it closes it. Its place is looked up only where it is not kept. */
  file(asked: FileAsked, place: () => Promise<FilePlace>): Promise<KeptAnswer>;
  /** What is written down of a file that is kept; null: none is. */
  note(words: readonly string[]): Promise<Note | null>;
  /** Writes other facts down of it. */
  tell(words: readonly string[], facts: Note["facts"]): Promise<void>;
}

/** The shelf of one registry, for the protocol of this name. */
export function shelfOf(protocol: string, parts: ProtocolParts): Shelf {
  const { upstream, kept, limits, bounds, now } = parts;
  const underWay = new Map<string, Promise<unknown>>(); // two runs that want one thing at once fetch it once
  const reading = atMost(documentsAtOnce);
  const keyOf = (words: readonly string[]) => JSON.stringify([protocol, upstream.url, ...words]);

  async function once(key: string, work: () => Promise<void>): Promise<void> {
    const running = underWay.get(key);
    if (running !== undefined) {
      await running;
      return;
    }
    const own = work();
    underWay.set(key, own);
    try {
      await own;
    } finally {
      underWay.delete(key);
    }
  }

  /** Asks for the document, or whether the one that is there has changed. */
  async function fetchDocument(key: string, { url, what, headers }: DocumentAsked): Promise<void> {
    const there = await kept.find(key);
    await there?.file.close();
    const etag = there?.note.facts.etag;
    const asked = { ...headers, "accept-encoding": "gzip", ...(etag === undefined ? {} : { "if-none-match": etag }) };
    const answer = await getUpstream({ upstream, url, headers: asked, limits });
    if (answer.statusCode === 304 && there !== null) {
      answer.resume();
      return kept.tell(key, { ...there.note.facts, at: String(now()) });
    }
    answered(answer, what);
    const tag = answer.headers.etag;
    const type = (answer.headers["content-type"] ?? "").slice(0, 200);
    await kept.keep(key, unpacked(answer, what), bounds.documentBytes, async () => ({
      at: String(now()),
      type,
      ...(tag === undefined || tag.length > 200 ? {} : { etag: tag }),
    }));
  }

  return {
    note: (words) => kept.note(keyOf(words)),
    tell: (words, facts) => kept.tell(keyOf(words), facts),
    async document(asked, read) {
      const key = keyOf(asked.words);
      const note = await kept.note(key);
      const isFresh = note !== null && Math.abs(now() - Number(note.facts.at)) < bounds.freshMs;
      if (!isFresh) await once(key, () => fetchDocument(key, asked));
      let found = await kept.find(key);
      if (found === null) {
        await once(key, () => fetchDocument(key, asked));
        found = await kept.find(key);
      }
      if (found === null)
        throw new Refused(502, `What the registry says of ${asked.what} did not stay in the cache; ask again.`);
      const { file } = found;
      const { type = "" } = found.note.facts;
      try {
        return await reading(async () => {
          const bytes = await file.readFile();
          return read(trustworthy(parts, bytes.toString("utf8"), asked.what), type, bytes);
        });
      } finally {
        await file.close();
      }
    },
    async file({ words, what, facts = {} }, place) {
      const key = keyOf(words);
      const there = await kept.find(key);
      if (there !== null) return there;
      await once(key, async () => {
        const { url, verify } = await place();
        const answer = await getUpstream({ upstream, url, headers: {}, limits });
        answered(answer, what);
        await kept.keep(key, answer, bounds.packageBytes, async ({ path }) => {
          await verify(path);
          const modified = answer.headers["last-modified"];
          return modified === undefined || modified.length > 100 ? facts : { ...facts, modified };
        });
      });
      const found = await kept.find(key);
      if (found === null) throw new Refused(502, `${what} did not stay in the cache; ask again.`);
      return found;
    },
  };
}

/** A registry that writes the App's own credential into its answer would hand it to the run. */
function trustworthy({ upstream: { token } }: ProtocolParts, text: string, what: string): string {
  if (token === null || !text.includes(token)) return text;
  throw new Refused(422, `The registry's answer about ${what} holds the credential that it was asked with.`);
}

/** Refuses what is no answer with content, in our own words: what a registry writes about an error stays outside. */
function answered(answer: IncomingMessage, what: string): void {
  const status = answer.statusCode ?? 0;
  if (status === 200) return;
  answer.destroy();
  if (status === 404 || status === 410) throw new Refused(404, `The registry has no ${what}.`);
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
