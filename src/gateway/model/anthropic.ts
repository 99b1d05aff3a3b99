// Anthropic's API: its endpoints, credential and error shape.
import { anthropicMessages } from "./anthropic-messages.ts";
import { isObject } from "./json.ts";
import { bearerOf, type Family, headerAt, type ProblemKind, withoutVersion } from "./wire.ts";

const problems: Readonly<Record<ProblemKind, readonly [status: number, type: string]>> = {
  credential: [401, "authentication_error"],
  ended: [403, "permission_error"],
  endpoint: [404, "not_found_error"],
  request: [400, "invalid_request_error"],
  too_large: [413, "request_too_large"],
  busy: [429, "rate_limit_error"],
  no_room: [429, "rate_limit_error"],
  budget: [400, "invalid_request_error"], // as Anthropic does for a credit balance that is too low; Claude Code tries five times more all the same
  price: [400, "invalid_request_error"],
  uncapped: [400, "invalid_request_error"],
  key_refused: [403, "permission_error"],
  upstream: [502, "api_error"],
  silent: [504, "timeout_error"],
};

/** Some clients take the base address to have `/v1` in it already: the same paths without it are the same requests. */
const paths: Readonly<Record<string, "generate" | "count" | "models" | undefined>> = {
  "/messages": "generate",
  "/messages/count_tokens": "count",
  "/models": "models",
};

export const anthropic: Family = {
  endpointOf(method, path, query) {
    const behind = withoutVersion(path);
    const kind = paths[behind];
    if (kind === undefined || method !== (kind === "models" ? "GET" : "POST")) return null;
    if (kind === "models") return { kind };
    const beta = query.get("beta") === "true" ? "?beta=true" : "";
    return { kind, wire: anthropicMessages, target: `/v1${behind}${beta}` };
  },
  credentialOf: (headers) => headerAt(headers, "x-api-key") ?? bearerOf(headers),
  headersFor(key, client) {
    const version = headerAt(client, "anthropic-version") ?? "2023-06-01";
    const beta = headerAt(client, "anthropic-beta");
    return {
      ...(key === null ? {} : { "x-api-key": key }),
      "anthropic-version": version,
      ...(beta === null ? {} : { "anthropic-beta": beta }),
    };
  },
  renderProblem({ kind, sentence }) {
    const [status, type] = problems[kind];
    return { status, body: { type: "error", error: { type, message: sentence } } };
  },
  renderModels: (models) => ({
    data: models.map((id) => ({ type: "model", id, display_name: id, created_at: "1970-01-01T00:00:00Z" })),
    has_more: false,
    first_id: models[0] ?? null,
    last_id: models.at(-1) ?? null,
  }),
  isOwnError: (body) => isObject(body) && body.type === "error" && isObject(body.error),
};
