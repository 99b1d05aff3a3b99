// POST /graphql: operations are checked against GitHub's own schema and answered from the world.
import {
  execute,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  getOperationAST,
  type InlineFragmentNode,
  Kind,
  parse,
  validate,
} from "graphql";
import { type ForgeContext, requireActor } from "../caller.ts";
import type { World } from "../world.ts";
import { connectionFields, edgeFields, pageInfoFields } from "./connection.ts";
import { declined, githubError, validationError } from "./errors.ts";
import { checkFields } from "./fields-checks.ts";
import { gitFields } from "./fields-git.ts";
import { issueFields } from "./fields-issues.ts";
import { peopleFields } from "./fields-people.ts";
import { pullFields } from "./fields-pulls.ts";
import { repositoryFields } from "./fields-repository.ts";
import { rootFields } from "./fields-root.ts";
import { ruleFields } from "./fields-rules.ts";
import { timelineFields } from "./fields-timeline.ts";
import { nodeLimit } from "./node-limit.ts";
import { githubSchema } from "./schema.ts";
import type { Args, FieldRefusals, Fields, Reading, Resolve, Selects, Source } from "./source.ts";
import { threadFields } from "./threads.ts";

const byType: Readonly<Record<string, Fields>> = {
  ...rootFields,
  ...repositoryFields,
  ...peopleFields,
  ...gitFields,
  ...issueFields,
  ...timelineFields,
  ...pullFields,
  ...threadFields,
  ...checkFields,
  ...ruleFields,
  PageInfo: pageInfoFields,
};

/** Answers one request body: `{query, variables?, operationName?}`. Errors come with HTTP 200, as from GitHub. */
export function mountGraphql(world: World, refusals: FieldRefusals): (c: ForgeContext) => Promise<Response> {
  return async (c) => {
    const { caller } = c.var;
    const actor = requireActor(caller);
    const body = (await c.req.json().catch(() => null)) as Record<string, unknown> | null;
    if (typeof body?.query !== "string" || body.query.trim() === "")
      return c.json({ errors: [{ message: "A query attribute must be specified and must be a string." }] });
    const schema = githubSchema();
    let document: ReturnType<typeof parse>;
    try {
      document = parse(body.query);
    } catch (error) {
      return c.json({ errors: [{ message: (error as Error).message }] });
    }
    const invalid = validate(schema, document);
    if (invalid.length > 0) return c.json({ errors: invalid.map(validationError) });
    const tooMany = nodeLimit(document, (body.variables ?? {}) as Record<string, unknown>);
    if (tooMany) return c.json({ errors: [tooMany] });
    const operationName = typeof body.operationName === "string" ? body.operationName : null;
    c.set("kind", kindOf(getOperationAST(document, operationName)));
    const { data, errors } = await execute({
      schema,
      document,
      operationName,
      variableValues: (body.variables ?? {}) as Record<string, unknown>,
      contextValue: { world, caller, actor, rate: c.var.rate, refusals } satisfies Reading,
      fieldResolver: resolveField,
      typeResolver: (value) => (value as Source).type,
    });
    return c.json({ data: data ?? null, ...(errors ? { errors: errors.map(githubError) } : {}) });
  };
}

function kindOf(operation: ReturnType<typeof getOperationAST>): string {
  return `graphql ${operation?.operation ?? "query"} ${operation?.name?.value ?? "unnamed"}`;
}

/** A field without an entry is an error: the forge never answers null for what it does not know. */
const resolveField: GraphQLFieldResolver<unknown, Reading> = (parent, args, reading, info) => {
  const type = info.parentType.name;
  const resolve = fieldOf(type, info.fieldName);
  const refusal = reading.refusals.get(`${type}.${info.fieldName}`);
  if (refusal && refusal.times-- > 0) throw declined(refusal.type, refusal.message);
  if (resolve === undefined) {
    throw declined("NOT_SERVED_BY_FORGE", `The forge does not serve the field '${info.fieldName}' of '${type}'.`);
  }
  const value = parent === undefined ? null : (parent as Source).value;
  const heard = new Set<string>();
  const answer = resolve(value as never, listening(args, heard) as Args, reading, info.fieldName, selecting(info));
  const given = info.fieldNodes.flatMap((node) => node.arguments ?? []).map((one) => one.name.value);
  requireHeard(
    `'${info.fieldName}' of '${type}'`,
    given.filter((name) => args[name] != null),
    heard,
  );
  return answer;
};

/** Looks for a field among those selected of the answer, through fragments too. */
function selecting({ fieldNodes, fragments }: GraphQLResolveInfo): Selects {
  const among = (node: FieldNode | InlineFragmentNode | FragmentDefinitionNode, name: string): boolean =>
    (node.selectionSet?.selections ?? []).some((one) => {
      if (one.kind === Kind.FIELD) return one.name.value === name;
      const inner = one.kind === Kind.INLINE_FRAGMENT ? one : fragments[one.name.value];
      return inner !== undefined && among(inner, name);
    });
  return (name) => fieldNodes.some((node) => among(node, name));
}

/** The arguments, noting which of them the resolver looks at. */
function listening(args: Readonly<Record<string, unknown>>, heard: Set<string>): object {
  return new Proxy(args, {
    get: (target, name) => {
      heard.add(String(name));
      return Reflect.get(target, name);
    },
  });
}

/** Those of a page are looked at later, with its nodes. */
const paging = ["first", "last", "after", "before"];

/** An argument that nobody looked at would have changed GitHub's answer: it is an error too. */
function requireHeard(field: string, given: readonly string[], heard: ReadonlySet<string>): void {
  const ignored = given.find((name) => !heard.has(name) && !paging.includes(name));
  if (ignored !== undefined)
    throw declined("NOT_SERVED_BY_FORGE", `The forge does not serve the argument '${ignored}' of ${field}.`);
}

function fieldOf(type: string, field: string): Resolve<never> | undefined {
  const own = byType[type]?.[field];
  if (own !== undefined) return own;
  if (type.endsWith("Connection")) return connectionFields[field];
  return type.endsWith("Edge") ? edgeFields[field] : undefined;
}
