// OpenAI's API, and that of the many servers compatible with it: endpoints, credential and error shape.
import { isObject } from "./json.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiResponses } from "./openai-responses.ts";
import { bearerOf, type Family, type ProblemKind, withoutVersion } from "./wire.ts";

const problems: Readonly<Record<ProblemKind, readonly [status: number, type: string, code: string]>> = {
  credential: [401, "invalid_request_error", "invalid_api_key"],
  ended: [403, "invalid_request_error", "lease_ended"],
  endpoint: [404, "invalid_request_error", "unknown_url"],
  request: [400, "invalid_request_error", "not_allowed"],
  too_large: [413, "invalid_request_error", "request_too_large"],
  busy: [429, "rate_limit_error", "rate_limit_exceeded"],
  no_room: [429, "rate_limit_error", "rate_limit_exceeded"],
  budget: [400, "invalid_request_error", "billing_hard_limit_reached"], // OpenAI's own code for it; clients do not retry a 400
  price: [400, "invalid_request_error", "model_not_priced"],
  uncapped: [400, "invalid_request_error", "model_uncapped"],
  key_refused: [403, "invalid_request_error", "provider_refused_key"],
  upstream: [502, "server_error", "bad_gateway"],
  silent: [504, "server_error", "timeout"],
};

export const openai: Family = {
  endpointOf(method, path) {
    const behind = withoutVersion(path);
    if (method === "GET" && behind === "/models") return { kind: "models" };
    if (method !== "POST") return null;
    if (behind === "/responses") return { kind: "generate", wire: openaiResponses, target: "/responses" };
    if (behind === "/chat/completions") return { kind: "generate", wire: openaiChat, target: "/chat/completions" };
    return null;
  },
  credentialOf: (headers) => bearerOf(headers),
  headersFor: (key): Record<string, string> => (key === null ? {} : { authorization: `Bearer ${key}` }),
  renderProblem({ kind, sentence }) {
    const [status, type, code] = problems[kind];
    return { status, body: { error: { message: sentence, type, param: null, code } } };
  },
  renderModels: (models) => ({
    object: "list",
    data: models.map((id) => ({ id, object: "model", created: 0, owned_by: "loopgate" })),
  }),
  isOwnError: (body) => isObject(body) && isObject(body.error),
};
