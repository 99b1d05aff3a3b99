// The Gemini API: its endpoints, credential and error shape.
import { geminiContent } from "./gemini-content.ts";
import { isObject } from "./json.ts";
import { type Endpoint, type Family, headerAt, isModelName, type ProblemKind } from "./wire.ts";

const problems: Readonly<Record<ProblemKind, readonly [code: number, status: string]>> = {
  credential: [401, "UNAUTHENTICATED"],
  ended: [403, "PERMISSION_DENIED"],
  endpoint: [404, "NOT_FOUND"],
  request: [400, "INVALID_ARGUMENT"],
  too_large: [413, "INVALID_ARGUMENT"],
  busy: [429, "RESOURCE_EXHAUSTED"],
  no_room: [429, "RESOURCE_EXHAUSTED"],
  budget: [400, "FAILED_PRECONDITION"], // as Google does where billing is not enabled; clients do not retry it
  price: [400, "FAILED_PRECONDITION"],
  uncapped: [400, "FAILED_PRECONDITION"],
  key_refused: [403, "PERMISSION_DENIED"],
  upstream: [502, "UNAVAILABLE"],
  silent: [504, "DEADLINE_EXCEEDED"],
};

/** Some clients take the base address to have the version in it already. */
const call = /^(?:\/(v1|v1beta))?\/models\/([^/:]+):(generateContent|streamGenerateContent|countTokens)$/;

export const gemini: Family = {
  endpointOf(method, path, query) {
    if (method === "GET" && /^(\/v1beta)?\/models$/.test(path)) return { kind: "models" };
    const found = method === "POST" ? call.exec(path) : null;
    return found === null ? null : endpointAt(found, query);
  },
  credentialOf: (headers, query) => headerAt(headers, "x-goog-api-key") ?? query.get("key"),
  headersFor: (key): Record<string, string> => (key === null ? {} : { "x-goog-api-key": key }),
  renderProblem({ kind, sentence }) {
    const [code, status] = problems[kind];
    return { status: code, body: { error: { code, message: sentence, status } } };
  },
  renderModels: (models) => ({
    models: models.map((name) => ({ name: `models/${name}`, supportedGenerationMethods: ["generateContent"] })),
  }),
  isOwnError: (body) => isObject(body) && isObject(body.error),
};

/** A stream comes as server-sent events only: a JSON list that grows cannot be metered event by event. */
function endpointAt(found: RegExpExecArray, query: URLSearchParams): Endpoint | null {
  const [, version = "v1beta", model = "", method] = found;
  if (!isModelName(model)) return null;
  const stream = method === "streamGenerateContent";
  if (stream && query.get("alt") !== "sse") return null;
  const kind = method === "countTokens" ? "count" : "generate";
  const path = `/${version}/models/${model}:${method}`;
  return { kind, wire: geminiContent, target: stream ? `${path}?alt=sse` : path, model, stream };
}
