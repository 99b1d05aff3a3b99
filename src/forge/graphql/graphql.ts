// POST /graphql: operations are checked against GitHub's own schema and answered from the world.
import { execute, type GraphQLFieldResolver, getOperationAST, parse, validate } from "graphql";
import { type ForgeContext, requireActor } from "../caller.ts";
import type { World } from "../world.ts";
import { connectionFields, edgeFields, pageInfoFields } from "./connection.ts";
import { declined, githubError, validationError } from "./errors.ts";
import { checkFields } from "./fields-checks.ts";
import { gitFields } from "./fields-git.ts";
import { issueFields } from "./fields-issues.ts";
import { peopleFields } from "./fields-people.ts";
import { pullFields } from "./fields-pulls.ts";
import { rootFields } from "./fields-root.ts";
import { timelineFields } from "./fields-timeline.ts";
import { githubSchema } from "./schema.ts";
import type { Args, Fields, Reading, Resolve, Source } from "./source.ts";

const byType: Readonly<Record<string, Fields>> = {
  ...rootFields,
  ...peopleFields,
  ...gitFields,
  ...issueFields,
  ...timelineFields,
  ...pullFields,
  ...checkFields,
  PageInfo: pageInfoFields,
};

/** Answers one request body: `{query, variables?, operationName?}`. Errors come with HTTP 200, as from GitHub. */
export function mountGraphql(world: World): (c: ForgeContext) => Promise<Response> {
  return async (c) => {
    const { caller } = c.var;
    const actor = requireActor(caller);
    const body = (await c.req.json().catch(() => null)) as Record<string, unknown> | null;
    if (typeof body?.query !== "string")
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
    const operationName = typeof body.operationName === "string" ? body.operationName : null;
    c.set("kind", kindOf(getOperationAST(document, operationName)));
    const { data, errors } = await execute({
      schema,
      document,
      operationName,
      variableValues: (body.variables ?? {}) as Record<string, unknown>,
      contextValue: { world, caller, actor } satisfies Reading,
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
  if (resolve === undefined) {
    throw declined("NOT_SERVED_BY_FORGE", `The forge does not serve the field '${info.fieldName}' of '${type}'.`);
  }
  const value = parent === undefined ? null : (parent as Source).value;
  return resolve(value as never, args as Args, reading, info.fieldName);
};

function fieldOf(type: string, field: string): Resolve<never> | undefined {
  const own = byType[type]?.[field];
  if (own !== undefined) return own;
  if (type.endsWith("Connection")) return connectionFields[field];
  return type.endsWith("Edge") ? edgeFields[field] : undefined;
}
