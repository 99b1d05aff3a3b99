// What the core of a registry gateway asks of a protocol, and what a protocol may do.
import type { FileHandle } from "node:fs/promises";
import type { Kept } from "./kept.ts";
import type { PackageRules } from "./rules.ts";
import type { Upstream, UpstreamLimits } from "./upstream.ts";

/** A version that a run was given. */
export interface Fetched {
  readonly protocol: string;
  readonly name: string;
  readonly version: string;
  /** When it was published, in milliseconds since the epoch; null: the registry does not say, or nobody asked it. */
  readonly publishedAt: number | null;
  /** Whether no lockfile of the base has its name. */
  readonly isNew: boolean;
}

/** One request of a client, its method already known to be GET or HEAD. */
export interface Ask {
  /** Decoded by nobody yet, without the prefix and the query; begins with a slash. */
  readonly path: string;
  /** As the client wrote it: whole where it takes the door for a proxy. */
  readonly target: string;
  /** The same for all requests of one run, and no other's. */
  readonly run: object;
  /** Where the client finds this protocol: `http://127.0.0.1:3000/npm`. */
  readonly base: string;
  readonly accept: string;
  readonly userAgent: string;
  /** Their names as the protocol compares them. */
  readonly rules: PackageRules;
}

export interface Reply {
  readonly type: string;
  /** A document, or a file that is open; the core closes it. */
  readonly body: Buffer | { readonly file: FileHandle; readonly bytes: number };
  readonly fetched: Fetched | null;
}

export interface Bounds {
  /** Largest document about a package and largest package, in bytes. */
  readonly documentBytes: number;
  readonly packageBytes: number;
  /** How long a document is given again before the registry is asked whether it changed, in milliseconds. */
  readonly freshMs: number;
}

/** What all runs have in common. */
export interface ProtocolParts {
  readonly upstream: Upstream;
  readonly kept: Kept;
  readonly limits: UpstreamLimits;
  readonly bounds: Bounds;
  readonly now: () => number;
}

export interface Protocol {
  readonly name: string;
  /** A package's name as registries compare it; absent: as it is written. */
  readonly normalName?: (name: string) => string;
  /** Throws `Refused`, or as the file system does. */
  answer(ask: Ask): Promise<Reply>;
  /** Whether a path beside the prefix is one that clients of this protocol make of it by mistake. */
  readonly strays: (path: string) => boolean;
  /** Whether a whole address, asked for as of a proxy, is one that this protocol answers for. Absent: none is. */
  readonly proxies?: (target: string) => boolean;
  /** A refusal as clients of this protocol show it. */
  readonly refusal: (sentence: string) => { readonly type: string; readonly body: string };
}
