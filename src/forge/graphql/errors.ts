// What GraphQL declines, in the shape in which GitHub declines it: HTTP 200 and a list of errors.
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import { Refusal } from "../refusal.ts";

export type ErrorKind =
  | "NOT_FOUND"
  | "FORBIDDEN"
  | "UNPROCESSABLE"
  | "MISSING_PAGINATION_BOUNDARIES"
  | "EXCESSIVE_PAGINATION"
  | "ARGUMENT_LIMIT"
  | "INVALID_CURSOR_ARGUMENTS"
  | "ARGUMENT_ERROR"
  /** Ours, not GitHub's: the schema has the field and the forge does not serve it. */
  | "NOT_SERVED_BY_FORGE";

export interface GithubError {
  readonly type?: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly locations?: readonly { line: number; column: number }[];
  readonly message: string;
}

/** An error for one field of the answer; the rest is still answered. */
export function declined(type: ErrorKind, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } });
}

/** GitHub's answer to a node id that names nothing, or nothing that the caller may see. */
export const noSuchNode = (id: string) =>
  declined("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'`);

/** One item that is refused leaves the others: an error in a list is an error of that place only. */
export function orError<T>(find: () => T): T | Error {
  try {
    return find();
  } catch (error) {
    return error as Error;
  }
}

/** An error as GitHub writes it; throws what is neither a refusal nor an error of the query, for that is a bug. */
export function githubError(error: GraphQLError): GithubError {
  const { originalError } = error;
  if (originalError instanceof Refusal)
    return positioned(error, refusalKind(originalError), refusalMessage(originalError));
  if (originalError && !(originalError instanceof GraphQLError)) throw originalError;
  const { type } = error.extensions;
  return positioned(error, typeof type === "string" ? (type as ErrorKind) : undefined, error.message);
}

const unknownField = /^Cannot query field "(\w+)" on type "(\w+)"/;

/**
 * GitHub's answer, with HTTP 200, to a caller whose hour is used up; null for other refusals, which keep their status.
 * Seen in 2026 as `RATE_LIMIT`, documented as `RATE_LIMITED`: https://github.com/yanyongyu/githubkit/issues/271
 */
export function limitAnswer(refusal: Refusal): { errors: object[] } | null {
  if (!refusal.message.startsWith("API rate limit exceeded")) return null;
  return { errors: [{ type: "RATE_LIMIT", code: "graphql_rate_limit", message: refusal.message }] };
}

/** An error that validation found before anything ran; an unknown field in GitHub's own words. */
export function validationError(error: GraphQLFormattedError): GithubError {
  const [, fieldName, typeName] = unknownField.exec(error.message) ?? [];
  const locations = error.locations ?? [];
  if (fieldName === undefined) return { locations, message: error.message };
  const extensions = { code: "undefinedField", typeName, fieldName };
  return { extensions, locations, message: `Field '${fieldName}' doesn't exist on type '${typeName}'` };
}

function positioned(error: GraphQLError, type: ErrorKind | undefined, message: string): GithubError {
  const { path, locations } = error.toJSON();
  return {
    ...(type ? { type } : {}),
    ...(path ? { path } : {}),
    ...(type === "FORBIDDEN" ? { extensions: { saml_failure: false } } : {}),
    ...(locations ? { locations } : {}),
    message,
  };
}

function refusalKind(refusal: Refusal): ErrorKind {
  if (refusal.status === 404) return "NOT_FOUND";
  return refusal.status === 422 ? "UNPROCESSABLE" : "FORBIDDEN";
}

function refusalMessage(refusal: Refusal): string {
  const details = refusal.errors.map((one) => (typeof one === "string" ? one : (one.message ?? one.code)));
  return details.length > 0 ? details.join(", ") : refusal.message;
}
