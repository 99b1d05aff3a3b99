// Paths and models that a run asks its gateway for in another spelling, through a real door to a provider on loopback.
import { chatWhole } from "../gateway/model/payloads.ts";
import { anUpstream, json } from "../gateway/model/upstream.ts";
import { aWorld } from "../gateway/model/world.ts";
import { kindOf } from "./spelling.ts";

interface Asked {
  readonly path?: string;
  readonly model?: string;
  readonly method?: string;
  readonly body?: string;
  /** How the lease is shown; the token stands for LEASE. */
  readonly headers?: Readonly<Record<string, string>>;
}

const bearer = { authorization: "Bearer LEASE" };

/** Whether the provider was asked. */
async function takes({ path = "/model/openai/v1/chat/completions", model = "m", ...asked }: Asked): Promise<boolean> {
  const upstream = await anUpstream(json(chatWhole({ input: 1, output: 1 })));
  const prices = { "openai/*": { input: 1, output: 1 }, "gemini/*": { input: 1, output: 1 } };
  const world = await aWorld({ upstream, prices });
  const headers = Object.fromEntries(
    Object.entries(asked.headers ?? bearer).map(([name, value]) => [name, value.replace("LEASE", world.token)]),
  );
  const said = { model, messages: [], input: "Hi", contents: [] };
  const send = { path: path.replace("LEASE", world.token), headers, method: asked.method, body: asked.body ?? said };
  await world.send(send);
  return upstream.received.length > 0;
}

const at = (path: string): Asked => ({ path: `/model${path}` });
const chat = at("/openai/v1/chat/completions");
const gemini = (rest: string): Asked => ({
  ...at(`/gemini/v1beta/models/${rest}`),
  headers: { "x-goog-api-key": "LEASE" },
});

const paths = kindOf("a model's path", "T6", takes, [
  ["files", at("/openai/v1/files"), chat],
  ["files by climbing", at("/openai/v1/chat/completions/../../files"), chat],
  ["files by escaped climbing", at("/openai/v1/chat/completions%2f..%2f..%2ffiles"), chat],
  ["two slashes", at("/openai//v1/chat/completions"), chat],
  ["a slash at the end", at("/openai/v1/chat/completions/"), at("/openai/v1/chat/completions?")],
  ["a parameter of the path", at("/openai/v1/chat/completions;x=1"), at("/openai/v1/chat/completions?x=1")],
  ["the version twice", at("/openai/v1/v1/chat/completions"), at("/openai/chat/completions")],
  ["another version", at("/openai/v2/chat/completions"), at("/openai/v1/chat/completions")],
  ["the path in capitals", at("/openai/v1/Chat/Completions"), chat],
  ["an escaped letter", at("/openai/v1/chat/complet%69ons"), chat],
  ["a provider that is escaped", at("/op%65nai/v1/chat/completions"), chat],
  ["a provider in capitals", at("/OpenAI/v1/chat/completions"), chat],
  ["a provider of every object's", at("/__proto__/v1/chat/completions"), chat],
  ["a provider by climbing", at("/x/../openai/v1/chat/completions"), chat],
  ["another method", { ...chat, method: "PUT" }, { ...chat, method: "POST" }],
  ["a method with a body that reads", { ...chat, method: "GET" }, { ...chat, method: "POST" }],
  ["embeddings", at("/openai/v1/embeddings"), chat],
  ["batches", at("/openai/v1/batches"), chat],
  ["a stored answer", at("/openai/v1/responses/resp_1"), at("/openai/v1/responses")],
  ["a stored answer's cancelling", at("/openai/v1/responses/resp_1/cancel"), at("/openai/v1/responses")],
  ["a growing list", gemini("m:streamGenerateContent"), gemini("m:streamGenerateContent?alt=sse")],
  ["a growing list beside events", gemini("m:streamGenerateContent?alt=json&alt=sse"), gemini("m:generateContent")],
  ["a growing list in capitals", gemini("m:streamGenerateContent?alt=SSE"), gemini("m:generateContent")],
  ["a model that climbs", gemini("..%2f..%2ffiles:generateContent"), gemini("m:generateContent")],
  ["a model in another folder", gemini("a/../m:generateContent"), gemini("m:generateContent")],
  ["a method behind a method", gemini("m:generateContent:embedContent"), gemini("m:generateContent")],
  ["the lease behind two blanks of another kind", { headers: { authorization: "Bearer\u00a0LEASE" } }, {}],
  [
    "the lease in another scheme",
    { headers: { authorization: "Basic LEASE" } },
    { headers: { authorization: "bearer LEASE" } },
  ],
  ["the lease in capitals", { headers: { authorization: "Bearer LEASEX" } }, {}],
  ["the lease where another provider has it", { headers: { "x-goog-api-key": "LEASE" } }, {}],
  ["the lease in the address", { ...at("/openai/v1/chat/completions?key=LEASE"), headers: {} }, {}],
  [
    "a body of UTF-16",
    { body: Buffer.from('{"model":"m","messages":[]}', "utf16le").toString("latin1") },
    { body: '{"model":"m","messages":[]}' },
  ],
  ["a body with a word before it", { body: 'x{"model":"m","messages":[]}' }, { body: ' {"model":"m","messages":[]}' }],
  [
    "two bodies",
    { body: '{"model":"m","messages":[]}{"model":"m","messages":[]}' },
    { body: '{"model":"m","messages":[]}\n' },
  ],
  ["a body that is a list", { body: '[{"model":"m","messages":[]}]' }, { body: '{"model":"m","messages":[]}' }],
  [
    "a model that is there twice, the last a list",
    { body: '{"model":"m","messages":[],"model":["m"]}' },
    { body: '{"model":["m"],"messages":[],"model":"m"}' },
  ],
]);

const named = (model: string): Asked => ({ model });

const models = kindOf("a model that searches", "T6", takes, [
  ["in capitals", named("GPT-4O-SEARCH-PREVIEW"), named("gpt-4o-research-notes")],
  ["behind a vendor", named("openai/gpt-4o-mini-search-preview"), named("openai/gpt-4o-mini")],
  ["by a suffix", named("acme/coder:online"), named("acme/coder:free")],
  ["by a suffix in capitals", named("acme/coder:ONLINE"), named("acme/coder:free")],
  ["by a suffix before another", named("acme/coder:online:free"), named("acme/coder:free")],
  ["by a suffix after another", named("acme/coder:free:online"), named("acme/coder:free")],
  ["by a name of its own", named("perplexity/Sonar-Pro"), named("acme/sonarium")],
  ["by a name without its vendor", named("sonar"), named("sonata")],
  ["in depth, by underscores", named("o3_deep_research"), named("o3-deep")],
  ["in depth, in one word", named("o4-mini-deepresearch"), named("o4-mini")],
  ["as one of many parts", named("groq/compound-beta-mini"), named("groq/compounds")],
  ["by settings kept elsewhere", named("acme/coder@preset/mine"), named("acme/coder@20250101")],
]);

export const modelCalls = [paths, models];
