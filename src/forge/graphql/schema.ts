// GitHub's whole GraphQL schema, built once and only when a query comes: it is large.
import { schema as published } from "@octokit/graphql-schema";
import { buildSchema, type GraphQLSchema } from "graphql";

let built: GraphQLSchema | null = null;

/**
 * The schema as GitHub publishes it, but for its descriptions: they are two thirds of the text, nobody asks the forge for them, and
 * without them it is built in half the time. It defines two fields twice, so its SDL is taken as valid.
 */
export function githubSchema(): GraphQLSchema {
  built ??= buildSchema(published.idl.replace(/"""[\s\S]*?"""/g, ""), {
    noLocation: true,
    assumeValid: true,
    assumeValidSDL: true,
  });
  return built;
}
