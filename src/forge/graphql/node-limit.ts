// GitHub's bound on how many nodes one query may ask for, counted before anything runs.
import { type DocumentNode, type FieldNode, Kind, type SelectionSetNode } from "graphql";
import type { GithubError } from "./errors.ts";

/** https://docs.github.com/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api#node-limit */
const mostNodes = 500_000;

/** The error for a query over the limit: each connection asks for as many nodes as it has times those above it. */
export function nodeLimit(document: DocumentNode, variables: Readonly<Record<string, unknown>>): GithubError | null {
  const fragments = new Map(
    document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])),
  );
  const below = (set: SelectionSetNode | undefined, above: number): number =>
    (set?.selections ?? []).reduce((sum, one) => {
      if (one.kind === Kind.FIELD) return sum + ofField(one, above);
      const inner = one.kind === Kind.INLINE_FRAGMENT ? one : fragments.get(one.name.value);
      return sum + below(inner?.selectionSet, above);
    }, 0);
  const ofField = (field: FieldNode, above: number): number => {
    const asked = pageSize(field, variables);
    if (asked === null) return below(field.selectionSet, above);
    return above * asked + below(field.selectionSet, above * asked);
  };
  const total = document.definitions.reduce(
    (sum, one) => sum + (one.kind === Kind.OPERATION_DEFINITION ? below(one.selectionSet, 1) : 0),
    0,
  );
  if (total <= mostNodes) return null;
  const count = (number: number) => number.toLocaleString("en-US");
  const message = `This query requests up to ${count(total)} possible nodes which exceeds the maximum limit of ${count(mostNodes)}.`;
  return { type: "MAX_NODE_LIMIT_EXCEEDED", message };
}

function pageSize(field: FieldNode, variables: Readonly<Record<string, unknown>>): number | null {
  const argument = field.arguments?.find(({ name }) => name.value === "first" || name.value === "last")?.value;
  if (argument?.kind === Kind.INT) return Number(argument.value);
  if (argument?.kind !== Kind.VARIABLE) return null;
  const value = variables[argument.name.value];
  return typeof value === "number" ? value : null;
}
