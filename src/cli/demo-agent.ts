// A real agent in the demo: which one, which model it calls and where, and whose key pays. The key stays in this process.
import { AGENT_KINDS } from "../agents/agent.ts";
import { agentOf } from "../agents/agents.ts";
import { ratesOf } from "../gateway/model/prices.ts";
import { readSettingsWithoutGitHub } from "../settings.ts";
import type { KnownAgent } from "./demo-clis.ts";
import { UsageError } from "./usage.ts";

/** As the options name it. */
export interface AgentChoice {
  readonly kind: KnownAgent;
  readonly model: string;
  /** Variable that holds the provider's key; null: the App's own setting does, or the server wants none. */
  readonly keyEnv: string | null;
  /** Address of a server that speaks the provider's wire; null: the provider's own. */
  readonly modelUrl: string | null;
}

/** What the App of the demo is told of it. */
export interface DemoAgent {
  readonly kind: KnownAgent;
  readonly model: string;
  /** Settings of the App. */
  readonly settings: Readonly<Record<string, string>>;
  /** One line on who calls what, and what it may cost. */
  readonly told: string;
  /** Folder of agent CLIs that the operator has; null: they are installed. */
  readonly tools: string | null;
}

export const knownAgents = AGENT_KINDS.filter((kind) => kind !== "command");

type Env = Readonly<Record<string, string | undefined>>;

/** Throws UsageError where the agent could call no model, or nobody knows what a call costs. */
export function demoAgentOf({ kind, model, keyEnv, modelUrl }: AgentChoice, env: Env): DemoAgent {
  const { route } = agentOf(kind, "");
  if (route === null) throw new UsageError(`--agent-kind ${kind} calls no model.`);
  const [keyName, urlName] = [`LOOPGATE_${route.toUpperCase()}_KEY`, `LOOPGATE_${route.toUpperCase()}_URL`];
  const key = keyEnv === null ? env[keyName] : env[keyEnv];
  if (keyEnv !== null && !key) throw new UsageError(`--key-env ${keyEnv}: that variable is not set, or is empty.`);
  const url = modelUrl ?? env[urlName];
  const settings = {
    ...(key ? { [keyName]: key } : {}),
    ...(url ? { [urlName]: url } : {}),
    ...pricesOf(route, url, env),
  };
  const read = readSettingsWithoutGitHub(settings);
  if (!read.ok) throw new UsageError(read.message);
  const { models = [], prices = {} } = read.settings;
  const source = models.find(({ family }) => family === route);
  if (source === undefined)
    throw new UsageError(`--agent-kind ${kind} needs a key: name the variable that holds it with --key-env.`);
  const rates = ratesOf(prices, { provider: source.name, tableId: source.priceId, model, at: Date.now() });
  if (rates === null)
    throw new UsageError(
      `Nobody knows what ${model} costs, and an unknown price is refused: set LOOPGATE_PRICES, as in ${example(route, model)}.`,
    );
  const isFree = rates.input.usd === 0 && rates.output.usd === 0;
  const held = key ? "; its key stays in this process" : "";
  const cost = isFree ? "what it answers is taken to cost nothing" : `priced by ${rates.source}`;
  const told = `${kind} works with ${model} at ${source.baseUrl}${held}; ${cost}`;
  return { kind, model, settings, told, tools: env.LOOPGATE_TOOLS || null };
}

/** The operator's prices; a server on this machine without any is nobody's bill. */
function pricesOf(route: string, url: string | undefined, env: Env): Record<string, string> {
  if (env.LOOPGATE_PRICES) return { LOOPGATE_PRICES: env.LOOPGATE_PRICES };
  if (url === undefined || !URL.canParse(url) || !isOnThisMachine(new URL(url).hostname)) return {};
  return { LOOPGATE_PRICES: JSON.stringify({ [`${route}/*`]: { input: 0, output: 0 } }) };
}

function isOnThisMachine(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function example(route: string, model: string): string {
  return `LOOPGATE_PRICES='${JSON.stringify({ [`${route}/${model}`]: { input: 1.25, output: 10 } })}'`;
}
