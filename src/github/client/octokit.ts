// Builds the real clients: one Octokit per installation on Probot's defaults, with time limits, counting and paced writes.
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { ProbotOctokit } from "probot";
import type { Client, Clients } from "./client.ts";
import { untilReset } from "./reset.ts";
import { type RequestKind, routeOf } from "./route.ts";

/** What GitHub says is left of an installation's hour. */
export interface Quota {
  readonly installationId: number;
  readonly resource: string; // core, graphql, …
  readonly limit: number;
  readonly remaining: number;
  readonly resetInMs: number; // from GitHub's answer on; GitHub's clock is not ours, so its time of day says nothing here
}

export interface ClientOptions {
  readonly appId: number;
  readonly privateKey: string;
  readonly baseUrl: string; // https://api.github.com, or <host>/api/v3
  /** Spaces writes by a second and comments by three, per process, as GitHub asks. Off for the local forge. */
  readonly throttle: boolean;
  readonly timeoutMs?: number; // of one request, answer included; 30 seconds unless said
  /** Called for every HTTP request that leaves, token requests included. */
  readonly onRequest?: (kind: RequestKind, route: string) => void;
  readonly onQuota?: (quota: Quota) => void;
  /** Called for every request of an installation that writes, before it leaves. */
  readonly onWrite?: (installationId: number) => void;
  /** Asked before every request that writes leaves; where it throws, the request does not. */
  readonly beforeWrite?: () => Promise<void>;
  readonly onWarning?: (message: string) => void;
}

/**
 * Octokit itself tries nothing twice here: a repeated POST could do its work twice, and a wait for a limit to pass would
 * hide from the engine, which decides both by `Fault.retry` and `retryAt`.
 */
export function githubClients(options: ClientOptions): Clients {
  const byInstallation = new Map<number, Client>();
  let app: Client | null = null;
  return {
    forApp() {
      app ??= appClient(options);
      return app;
    },
    forInstallation(installationId) {
      const known = byInstallation.get(installationId);
      if (known) return known;
      const client = installationClient(options, installationId);
      client.hook.error("request", (error) => {
        // The token was taken back before its time: the next call gets a new client, and with it a new token.
        if ("status" in error && error.status === 401) byInstallation.delete(installationId);
        throw error;
      });
      byInstallation.set(installationId, client);
      return client;
    },
    withToken: (token) =>
      new Octokit({ auth: token, baseUrl: options.baseUrl, log: logOf(options), request: requestOf(options, null) }),
  };
}

function installationClient(options: ClientOptions, installationId: number): Client {
  const log = logOf(options);
  return new ProbotOctokit({
    authStrategy: createAppAuth,
    auth: { appId: options.appId, privateKey: options.privateKey, installationId, log },
    baseUrl: options.baseUrl,
    log,
    request: requestOf(options, installationId),
    retry: { enabled: false },
    throttle: {
      enabled: options.throttle,
      id: String(installationId),
      onRateLimit: () => false,
      onSecondaryRateLimit: () => false,
    },
  });
}

function appClient(options: ClientOptions): Client {
  const log = logOf(options);
  return new ProbotOctokit({
    authStrategy: createAppAuth,
    auth: { appId: options.appId, privateKey: options.privateKey, log },
    baseUrl: options.baseUrl,
    log,
    request: requestOf(options, null),
    retry: { enabled: false },
    throttle: { enabled: false },
  });
}

/** Debug lines of Octokit's plugins carry whole request bodies, so they are dropped. */
function logOf({ onWarning = () => {} }: ClientOptions) {
  const drop = () => {};
  return { debug: drop, info: drop, warn: onWarning, error: onWarning };
}

function requestOf(options: ClientOptions, installationId: number | null) {
  const send = async (url: string, init: RequestInit): Promise<Response> => {
    const { kind, route } = routeOf(init.method ?? "GET", url, init.body);
    const isWrite = kind === "write" || kind === "mutation";
    if (isWrite) await options.beforeWrite?.();
    options.onRequest?.(kind, route);
    if (installationId !== null && isWrite) options.onWrite?.(installationId);
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(options.timeoutMs ?? 30_000) });
    const quota = installationId === null ? null : quotaOf(response.headers, installationId);
    if (quota) options.onQuota?.(quota);
    return response;
  };
  return { fetch: send, log: logOf(options) };
}

function quotaOf(headers: Headers, installationId: number): Quota | null {
  const remaining = headers.get("x-ratelimit-remaining");
  if (remaining === null) return null;
  return {
    installationId,
    resource: headers.get("x-ratelimit-resource") ?? "core",
    limit: Number(headers.get("x-ratelimit-limit")),
    remaining: Number(remaining),
    resetInMs: untilReset({ date: headers.get("date"), reset: headers.get("x-ratelimit-reset") }) ?? 0,
  };
}
