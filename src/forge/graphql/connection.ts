// Connections: a list in pages, with GitHub's rules about how much may be asked for at once.
import { declined } from "./errors.ts";
import { type Args, fieldsOf, type Source, source } from "./source.ts";

export interface Item {
  /** Unique in the list and stable while the list changes: what a cursor holds. */
  readonly key: string | number;
  /** The node, or why the caller may not have it. */
  readonly node: Source | Error;
  /** Fields of the edge beside `cursor` and `node`. */
  readonly edge?: Readonly<Record<string, unknown>>;
}

export interface Connection {
  readonly field: string;
  readonly args: Args;
  readonly items: readonly Item[];
  /** Fields of the connection beside the usual four. */
  readonly more: Readonly<Record<string, unknown>>;
}

/** GitHub's most for one page: https://docs.github.com/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api */
const mostPerPage = 100;

/** The items as a connection of the type, such as `LabelConnection`, for the field it was asked under. */
export function connection(
  type: string,
  field: string,
  args: Args,
  items: readonly Item[],
  more: Readonly<Record<string, unknown>> = {},
): Source<Connection> {
  return source(type, { field, args, items, more });
}

/** Records that have a node id as items. */
export function itemsOf<T extends { readonly nodeId: string }>(type: string, values: readonly T[]): Item[] {
  return values.map((value) => ({ key: value.nodeId, node: source(type, value) }));
}

/** The fields that all connections have. A count alone needs no page size, as on GitHub. */
export const connectionFields = fieldsOf<Connection>({
  nodes: (list) => pageOf(list).items.map((item) => item.node),
  edges: (list) => pageOf(list).items.map((item) => source(`${list.field} edge`, item)),
  pageInfo: (list) => source("PageInfo", pageOf(list)),
  totalCount: (list) => list.items.length,
});

export const edgeFields = fieldsOf<Item>({
  cursor: (item) => cursorOf(item),
  node: (item) => item.node,
});

interface Page {
  readonly items: readonly Item[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

export const pageInfoFields = fieldsOf<Page>({
  startCursor: (page) => cursorOrNull(page.items[0]),
  endCursor: (page) => cursorOrNull(page.items.at(-1)),
  hasNextPage: (page) => page.hasNextPage,
  hasPreviousPage: (page) => page.hasPreviousPage,
});

function pageOf({ field, args, items }: Connection): Page {
  requireBounds(field, args);
  const start = args.after ? position(items, args.after) + 1 : 0;
  const end = args.before ? position(items, args.before) : items.length;
  const from = args.first == null && args.last != null ? Math.max(start, end - args.last) : start;
  const to = args.first == null ? end : Math.min(end, start + args.first);
  return { items: items.slice(from, to), hasNextPage: to < items.length, hasPreviousPage: from > 0 };
}

function requireBounds(field: string, { first, last }: Args): void {
  if (first == null && last == null)
    throw declined(
      "MISSING_PAGINATION_BOUNDARIES",
      `You must provide a \`first\` or \`last\` value to properly paginate the \`${field}\` connection.`,
    );
  for (const [name, count] of Object.entries({ first, last })) {
    if (count == null) continue;
    if (count < 0)
      throw declined("ARGUMENT_LIMIT", `\`${name}\` on the \`${field}\` connection cannot be less than zero.`);
    if (count > mostPerPage)
      throw declined(
        "EXCESSIVE_PAGINATION",
        `Requesting ${count} records on the \`${field}\` connection exceeds the \`${name}\` limit of ${mostPerPage} records.`,
      );
  }
}

function position(items: readonly Item[], cursor: string): number {
  const found = items.findIndex((item) => cursorOf(item) === cursor);
  if (found < 0) throw declined("INVALID_CURSOR_ARGUMENTS", `\`${cursor}\` does not appear to be a valid cursor.`);
  return found;
}

const cursorOf = (item: Item) => Buffer.from(`cursor:v2:${item.key}`).toString("base64");

const cursorOrNull = (item: Item | undefined) => (item ? cursorOf(item) : null);
