// The way to the network: every connection that leaves obeys HTTP_PROXY, HTTPS_PROXY and NO_PROXY in the same way.
import http from "node:http";

type Env = Readonly<Record<string, string | undefined>>;

/** As curl and git read them, and Node: the lower-case name wins, and an empty one is none. */
export interface Proxies {
  readonly http_proxy?: string;
  readonly https_proxy?: string;
  /** Where no proxy is asked, commas between. This machine is always in it. */
  readonly no_proxy: string;
}

/** A proxy for this machine itself would be asked for its own gateways. */
const thisMachine = ["localhost", ".localhost", "127.0.0.1", "::1", "[::1]"];

/** The proxies of this environment in one form for git and for Node; null where it names none. */
export function proxiesOf(env: Env): Proxies | null {
  const [plain, secure] = [proxyAt(env, "http_proxy"), proxyAt(env, "https_proxy")];
  if (plain === null && secure === null) return null;
  return {
    ...(plain === null ? {} : { http_proxy: plain }),
    ...(secure === null ? {} : { https_proxy: secure }),
    no_proxy: [...thisMachine, ...exceptions(valueAt(env, "no_proxy") ?? "")].join(","),
  };
}

/** Says in a sentence which of them is no address of a proxy; null where each is one. */
export function proxyProblem(env: Env): string | null {
  for (const name of ["http_proxy", "https_proxy"] as const) {
    const given = proxyAt(env, name);
    if (given === null || isProxyAddress(given)) continue;
    return `${name.toUpperCase()} is not the address of a proxy. It looks like http://proxy.example:3128; SOCKS is not supported.`;
  }
  return null;
}

/** From now on `fetch` and Node's global agents obey the environment; connections to sockets and to this machine are left alone. */
export function obeyProxies(env: Env): void {
  const proxies = proxiesOf(env);
  if (proxies !== null) http.setGlobalProxyFromEnv({ ...proxies });
}

function proxyAt(env: Env, name: "http_proxy" | "https_proxy"): string | null {
  const value = valueAt(env, name);
  return value === null || value.includes("://") ? value : `http://${value}`;
}

function valueAt(env: Env, name: string): string | null {
  const value = (env[name] ?? env[name.toUpperCase()] ?? "").trim();
  return value === "" ? null : value;
}

/** For curl a name stands for all below it, for Node only where it begins with a dot: each is said in both ways. */
function exceptions(list: string): readonly string[] {
  return list.split(/[\s,]+/).flatMap((entry) => {
    const name = entry.replace(/^\*?\.(?=.)/, "");
    const isDomain = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(name) && !/^[\d.]+$/.test(name);
    return isDomain ? [name, `.${name}`] : name === "" ? [] : [name];
  });
}

function isProxyAddress(text: string): boolean {
  return URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol);
}
