// The registries behind a run's door: read-only, by policy, within bounds, and each version that is given away recorded.
import { mkdirSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { pathOf } from "../../base/caught.ts";
import type { Route } from "../run.ts";
import { aptProtocol } from "./apt/apt.ts";
import { cargoProtocol } from "./cargo/cargo.ts";
import { goProtocol } from "./go/go.ts";
import { keptAnswers } from "./kept.ts";
import { mavenProtocol } from "./maven/maven.ts";
import { npmProtocol } from "./npm/npm.ts";
import { packagistProtocol } from "./packagist/packagist.ts";
import type { Bounds, Fetched, Protocol, ProtocolParts, Reply } from "./protocol.ts";
import { pypiProtocol } from "./pypi/pypi.ts";
import { Refused } from "./refused.ts";
import { rubygemsProtocol } from "./rubygems/rubygems.ts";
import { comparedBy, type PackageRules } from "./rules.ts";
import { defaultUpstreamLimits, type Upstream, type UpstreamLimits } from "./upstream.ts";

/** Each protocol that is spoken, by its name. */
const protocolsByName = {
  npm: npmProtocol,
  pypi: pypiProtocol,
  go: goProtocol,
  cargo: cargoProtocol,
  rubygems: rubygemsProtocol,
  maven: mavenProtocol,
  packagist: packagistProtocol,
  apt: aptProtocol,
} satisfies Record<string, (parts: ProtocolParts) => Protocol>;
export type ProtocolName = keyof typeof protocolsByName;

/** The registries that the operator names, by protocol. */
export type Upstreams = Readonly<Partial<Record<ProtocolName, Upstream>>>;

export interface RegistryParts {
  /** Absolute folder of what registries sent, reachable by the host only. */
  readonly root: string;
  /** What that may take on disk, in bytes. */
  readonly mostBytes: number;
  readonly upstreams: Upstreams;
  readonly limits?: Partial<UpstreamLimits>;
  readonly bounds?: Partial<Bounds>;
  readonly now: () => number;
}

/** What happened, for the trace. */
export type RegistryEvent =
  | ({ readonly kind: "fetched"; readonly bytes: number } & Fetched)
  | { readonly kind: "refused"; readonly status: number; readonly path: string; readonly detail: string } // it changes nothing to ask
  | { readonly kind: "asks"; readonly protocol: string; readonly name: string; readonly path: string };

export interface RegistryRun {
  /** What the base's lockfiles have is known by protocol: a name in one registry says nothing of another. */
  readonly rules: Omit<PackageRules, "known" | "granted"> & {
    readonly known: Readonly<Record<string, PackageRules["known"]>>;
    /** By protocol, as what is known. */
    readonly granted?: Readonly<Record<string, PackageRules["granted"]>>;
  };
  readonly onEvent: (event: RegistryEvent) => void;
  /** Protocols that are served to it. Absent: all that there are. */
  readonly only?: readonly ProtocolName[];
  /** Answers that a run may have, and their bytes together. */
  readonly most?: { readonly answers: number; readonly bytes: number };
}

/** What all runs share: the registries and what is kept of them. */
export interface Registries {
  /** The protocols that are served, such as `npm`. */
  readonly names: readonly string[];
  /** The routes of one run, to mount in `openRunGateway`. */
  routes(run: RegistryRun): readonly Route[];
}

/** Of the run's pace: a set-up asks for thousands of packages. */
const cost = 0.05;

const defaultBounds: Bounds = { documentBytes: 96 * 1024 ** 2, packageBytes: 512 * 1024 ** 2, freshMs: 300_000 };
const defaultMost = { answers: 50_000, bytes: 8 * 1024 ** 3 };

export function createRegistries(parts: RegistryParts): Registries {
  const { root, mostBytes, upstreams, now } = parts;
  const limits = { ...defaultUpstreamLimits, ...parts.limits };
  const bounds = { ...defaultBounds, ...parts.bounds };
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const kept = keptAnswers({ root: join(root, "answers"), mostBytes });
  const names = Object.keys(protocolsByName) as ProtocolName[];
  const protocols = names.flatMap((name) => {
    const upstream = upstreams[name];
    return upstream === undefined ? [] : [protocolsByName[name]({ upstream, kept, limits, bounds, now })];
  });
  return {
    names: protocols.map(({ name }) => name),
    routes: (run) => {
      const left = { ...(run.most ?? defaultMost) };
      const mine = protocols.filter(({ name }) => run.only?.includes(name as ProtocolName) ?? true);
      const served = mine.map((protocol): Served => ({ protocol, rules: rulesFor(protocol, run), run, left }));
      const own = served.map(
        (one): Route => ({
          prefix: `/${one.protocol.name}`,
          cost,
          handle: (...asked) => serve(one, ...asked),
        }),
      );
      return [...own, ...strayRoute(served)];
    },
  };
}

interface Left {
  answers: number;
  bytes: number;
}

/** A protocol as one run is served by it. */
interface Served {
  readonly protocol: Protocol;
  readonly rules: PackageRules;
  readonly run: RegistryRun;
  /** The same for all protocols of the run. */
  readonly left: Left;
}

function rulesFor({ name, normalName }: Protocol, run: RegistryRun): PackageRules {
  const { known, granted = {}, ...lists } = run.rules;
  const none = new Set<string>();
  const rules = { ...lists, known: known[name] ?? none, granted: granted[name] ?? none };
  return normalName === undefined ? rules : comparedBy(rules, normalName);
}

/** Where no prefix fits: what a client asks for as of a proxy, or a path that it made of an address without the folder that it stands in. */
function strayRoute(served: readonly Served[]): Route[] {
  if (served.length === 0) return [];
  const handle: Route["handle"] = (request, response) => {
    const target = request.url ?? "/";
    const isOwn = ({ protocol }: Served) => protocol.proxies?.(target) === true || protocol.strays(pathOf(target));
    const found = served.find(isOwn);
    if (found === undefined) return end(response, 404, "text/plain; charset=utf-8", "No gateway here.\n");
    return serve(found, request, response);
  };
  return [{ prefix: "", cost, handle }];
}

async function serve(served: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = pathOf(request.url ?? "/");
  request.resume(); // whatever a client sends along goes nowhere
  try {
    await send(served, response, request.method === "HEAD", await replyTo(served, request, path));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { status, message: detail, asks } = error;
    if (asks === null) served.run.onEvent({ kind: "refused", status, path: path.slice(0, 300), detail });
    else served.run.onEvent({ kind: "asks", protocol: served.protocol.name, name: asks, path: path.slice(0, 300) });
    const { type, body } = served.protocol.refusal(error.message);
    end(response, error.status, type, body);
  }
}

/** Asks the protocol, once it is clear that the request only reads. */
async function replyTo({ protocol, rules, run, left }: Served, request: IncomingMessage, path: string): Promise<Reply> {
  if (request.method !== "GET" && request.method !== "HEAD")
    throw new Refused(405, "Packages can only be read here: nothing is published, changed or audited.");
  left.answers -= 1;
  if (left.answers < 0 || left.bytes < 0) throw new Refused(429, "This run has fetched as much as a run may.");
  const prefix = `/${protocol.name}`;
  const target = request.url ?? "/";
  const host = protocol.proxies?.(target)
    ? ""
    : /^(?:127\.0\.0\.1|localhost):\d{1,5}$/.exec(request.headers.host ?? "")?.[0];
  if (host === undefined) throw new Refused(400, "The registry is asked at 127.0.0.1 and its port.");
  return protocol.answer({
    target,
    run,
    path: path === prefix || path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path,
    base: `http://${host}${prefix}`,
    accept: request.headers.accept ?? "",
    userAgent: request.headers["user-agent"] ?? "",
    rules,
  });
}

async function send(
  { run, left }: Served,
  response: ServerResponse,
  isHead: boolean,
  { type, body, fetched }: Reply,
): Promise<void> {
  const bytes = Buffer.isBuffer(body) ? body.length : body.bytes;
  left.bytes -= bytes; // also of what is only asked after: it was fetched for this run all the same
  response.writeHead(200, { "content-type": type, "content-length": bytes });
  if (fetched !== null && !isHead) run.onEvent({ kind: "fetched", ...fetched, bytes });
  if (Buffer.isBuffer(body)) return void response.end(isHead ? undefined : body);
  try {
    if (isHead) response.end();
    else
      await pipeline(body.file.createReadStream({ start: 0, autoClose: false }), response).catch(() =>
        response.destroy(),
      );
  } finally {
    await body.file.close();
  }
}

function end(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body), connection: "close" });
  response.end(body);
}
