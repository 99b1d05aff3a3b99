// What a token costs: the dated price table of a package, overridden by the operator's own prices; no price, no call.
import { calcPrice } from "@pydantic/genai-prices";

/** The table's version and the day it was published; stored with every cost. */
export const priceTable = "genai-prices 0.1.8 (2026-09-23)";

/** US dollars per million tokens; `tiers` apply to the whole call once its input is over `above` tokens. */
export interface Rate {
  readonly usd: number;
  readonly tiers: readonly { readonly above: number; readonly usd: number }[];
}

/** The rates of one model. Cached input that has no rate of its own costs what input costs. */
export interface Rates {
  readonly input: Rate;
  readonly output: Rate;
  readonly cacheRead: Rate;
  readonly cacheWrite: Rate;
  readonly cacheWriteHour: Rate;
  /** Where these rates are from. */
  readonly source: string;
}

/** An operator's own price, in US dollars per million tokens. */
export interface OwnPrice {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
}

/** Keys are `provider/model` or `provider/*`, the provider by its name in the settings. */
export type OwnPrices = Readonly<Record<string, OwnPrice>>;

export interface PriceQuestion {
  readonly provider: string;
  /** The provider's id in the table: `anthropic`, `openai`, `google` …; null for one that is not in it. */
  readonly tableId: string | null;
  readonly model: string;
  /** Epoch milliseconds: some prices change on a day. */
  readonly at: number;
}

/** The rates of a model, or null when nobody knows them or they do not cover what it may answer with. */
export function ratesOf(own: OwnPrices, question: PriceQuestion): Rates | null {
  const { provider, model, tableId, at } = question;
  const stated = own[`${provider}/${model}`] ?? own[`${provider}/*`];
  if (stated !== undefined) return ownRates(stated);
  if (tableId === null) return null;
  const found = calcPrice({}, model, { providerId: tableId, timestamp: new Date(at) });
  return found === null || !isNamed(model, found.model) ? null : tableRates(found.model_price);
}

type TableModel = NonNullable<ReturnType<typeof calcPrice>>["model"];

/**
 * Whether the table means this very model. It also guesses by how a name begins, or by what is in it, and so would price a model that
 * nobody knows as an older one: a model is one that the table names, or an edition of it.
 */
function isNamed(asked: string, { id, match }: TableModel): boolean {
  const model = asked.toLowerCase();
  const names = new Set([id, ...namesIn(match)].map((name) => name.toLowerCase()));
  return names.has(model) || names.has(model.replace(edition, ""));
}

function namesIn(match: TableModel["match"]): readonly string[] {
  if ("or" in match) return match.or.flatMap(namesIn);
  if ("and" in match) return match.and.flatMap(namesIn);
  return "regex" in match ? [] : Object.values(match);
}

/** A date as providers write it (`-20251101`, `-2025-08-07`, `-preview-05-06`, `@20251101`), a number such as `-001`, or `-latest`. */
const edition = /(?:-preview)?(?:[-@]\d{8}|-\d{4}-\d{2}-\d{2}|-\d{2}-\d{2}(?:\d{2})?|-\d{3}|-latest)$/;

function ownRates({ input, output, cacheRead, cacheWrite }: OwnPrice): Rates {
  const flat = (usd: number): Rate => ({ usd, tiers: [] });
  const write = flat(cacheWrite ?? input);
  return {
    input: flat(input),
    output: flat(output),
    cacheRead: flat(cacheRead ?? input),
    cacheWrite: write,
    cacheWriteHour: write,
    source: "the operator's own price",
  };
}

type TablePrice = NonNullable<ReturnType<typeof calcPrice>>["model_price"];

/** Models that answer with more than text have a second output rate, which no usage figure of ours is split by. */
function tableRates(price: TablePrice): Rates | null {
  const input = rateAt(price.input_mtok);
  const output = rateAt(price.output_mtok);
  const mixed = Object.keys(price).some((name) => /^output_(?!mtok$)/.test(name));
  if (input === null || output === null || mixed) return null;
  const cacheWrite = rateAt(price.cache_write_mtok) ?? input;
  return {
    input,
    output,
    cacheRead: rateAt(price.cache_read_mtok) ?? input,
    cacheWrite,
    cacheWriteHour: rateAt(price.cache_write_1h_mtok) ?? cacheWrite,
    source: priceTable,
  };
}

function rateAt(price: TablePrice[string]): Rate | null {
  if (price === undefined) return null;
  if (typeof price === "number") return { usd: price, tiers: [] };
  return { usd: price.base, tiers: price.tiers.map(({ start, price: usd }) => ({ above: start, usd })) };
}
