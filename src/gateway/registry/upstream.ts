// One GET to the operator's registry: its credential goes to it alone, and a redirect only to public addresses over TLS.
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { proxiesOf } from "../../base/proxy.ts";
import { addressProblem } from "../egress/addresses.ts";
import { ownAddresses, publicOnly } from "../egress/public-only.ts";
import { Refused } from "./refused.ts";

/** A registry as the operator names it. */
export interface Upstream {
  /** Without a trailing slash. */
  readonly url: string;
  /** Sent as a bearer token to this origin only; null: the registry asks for none. */
  readonly token: string | null;
  /** Further addresses, where a protocol has several; asked without a token. */
  readonly also?: readonly string[];
}

export interface UpstreamLimits {
  /** Longest silence of the registry, and longest that one answer may take, in milliseconds. */
  readonly silenceMs: number;
  readonly answerMs: number;
  readonly redirects: number;
}

export const defaultUpstreamLimits: UpstreamLimits = { silenceMs: 30_000, answerMs: 600_000, redirects: 5 };

export interface Get {
  readonly upstream: Upstream;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly limits: UpstreamLimits;
}

/** The answer to a GET after its redirects, its body not yet read; whoever takes it reads or destroys it. Throws `Refused`. */
export async function getUpstream({ upstream, url, headers, limits }: Get): Promise<IncomingMessage> {
  let target = url;
  const signal = AbortSignal.timeout(limits.answerMs);
  for (let hop = 0; hop <= limits.redirects; hop += 1) {
    const answer = await once(upstream, target, headers, limits, signal);
    const status = answer.statusCode ?? 0;
    if (status < 300 || status === 304 || status >= 400) return answer;
    answer.destroy();
    const location = answer.headers.location ?? "";
    if (!URL.canParse(location, target.href)) throw new Refused(422, "The registry redirects to no address.");
    target = new URL(location, target);
  }
  throw new Refused(422, "The registry redirects without end.");
}

/** Whether it is at the registry itself, where its credential may go. */
function isOwn(upstream: Upstream, url: URL): boolean {
  return new URL(upstream.url).origin === url.origin;
}

function once(
  upstream: Upstream,
  url: URL,
  headers: Get["headers"],
  { silenceMs }: UpstreamLimits,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const own = isOwn(upstream, url);
  const problem = own ? null : elsewhereProblem(url);
  if (problem !== null) throw new Refused(422, `The registry leads elsewhere: ${problem}.`);
  const open = url.protocol === "https:" ? httpsRequest : httpRequest;
  const credential = own && upstream.token !== null ? { authorization: `Bearer ${upstream.token}` } : {};
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing: ClientRequest = open(url, {
    agent: agentFor(url),
    headers: { "user-agent": "loopgate", ...headers, ...credential },
    signal,
    ...(own ? {} : { lookup: registryNamesAlone }),
  });
  outgoing.setTimeout(silenceMs, () => outgoing.destroy(new Refused(504, "The registry does not answer in time.")));
  outgoing.on("response", resolve);
  outgoing.on("error", (error) =>
    reject(error instanceof Refused ? error : new Refused(502, "The registry could not be reached.")),
  );
  outgoing.end();
  return promise;
}

/** Why an address beside the registry is not asked, as the end of a sentence; its name is looked at when it is dialled. */
function elsewhereProblem(url: URL): string | null {
  if (url.protocol !== "https:") return "not over TLS";
  if (url.username !== "" || url.password !== "") return "with a credential in its address";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) === 0) return null;
  return addressProblem([host], ownAddresses()) === null ? null : "to an address that is not on the public internet";
}

const registryNamesAlone = publicOnly(
  () => new Refused(422, "The registry leads elsewhere: to an address that is not on the public internet."),
);

/** Connections are kept for the next package, but through the operator's proxy, which may close them unseen. */
const kept = { "http:": new HttpAgent({ keepAlive: true }), "https:": new HttpsAgent({ keepAlive: true }) };

function agentFor(url: URL): HttpAgent {
  const proxies = proxiesOf(process.env);
  if (proxies === null) return url.protocol === "https:" ? kept["https:"] : kept["http:"];
  const options = { keepAlive: false, proxyEnv: { ...proxies } };
  return url.protocol === "https:" ? new HttpsAgent(options) : new HttpAgent(options);
}
