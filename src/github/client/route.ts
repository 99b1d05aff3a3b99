// Names requests by what they are for, with owners, numbers and hashes left out: for counting and for logs.

export type RequestKind = "read" | "write" | "query" | "mutation" | "token";

/** `body` is the JSON text of the request, if any; of GraphQL the operation's name is taken from it. */
export function routeOf(method: string, url: string, body: unknown): { kind: RequestKind; route: string } {
  const path = new URL(url).pathname.replace(/^\/api\/v3(?=\/)/, "").replace(/^\/api(?=\/graphql$)/, "");
  if (path === "/graphql") return operationOf(body);
  const route = `${method} ${templateOf(path)}`;
  if (/\/access_tokens$|^\/installation\/token$/.test(path)) return { kind: "token", route };
  return { kind: method === "GET" ? "read" : "write", route };
}

function operationOf(body: unknown): { kind: RequestKind; route: string } {
  const [, word, name] = /"query":"(?:\\n|\s)*(query|mutation)\s+(\w+)/.exec(String(body)) ?? [];
  return { kind: word === "mutation" ? "mutation" : "query", route: name ?? "unnamed" };
}

function templateOf(path: string): string {
  return path
    .replace(/^\/repos\/[^/]+\/[^/]+/, "/repos/{owner}/{repo}")
    .replace(/\/collaborators\/[^/]+/, "/collaborators/{username}")
    .replace(/\/[0-9a-f]{40}(?=\/|$)/g, "/{sha}")
    .replace(/\/\d+(?=\/|$)/g, "/{number}");
}
