// What resolvers hand each other: a value of the world with the name of its GraphQL type, and the table of fields.
import type { Caller, Rate } from "../caller.ts";
import type { Actor, User } from "../model.ts";
import type { World } from "../world.ts";

/** A value under the name of a concrete type of GitHub's schema. */
export interface Source<T = unknown> {
  readonly type: string;
  readonly value: T;
}

/** What every resolver may use: the world, and who asks. */
export interface Reading {
  readonly world: World;
  readonly caller: Caller;
  readonly actor: Actor;
  readonly rate: Rate;
  readonly refusals: FieldRefusals;
}

/** Fields, as `PullRequest.reviews`, that a test has refused while the rest of the query is answered. */
export type FieldRefusals = Map<
  string,
  { readonly type: "FORBIDDEN" | "NOT_FOUND"; readonly message: string; times: number }
>;

/** The arguments of the fields that the forge serves. GraphQL has checked them against the schema before. */
export interface Args {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
  readonly owner: string;
  readonly name: string;
  readonly number: number;
  readonly id: string;
  readonly ids: readonly string[];
  readonly login?: string | null;
  readonly oid?: string | null;
  readonly expression?: string | null;
  readonly qualifiedName: string;
  readonly author?: string | null;
  readonly headRefName?: string | null;
  readonly baseRefName?: string | null;
  readonly states?: readonly string[] | null;
  readonly labels?: readonly string[] | null;
  readonly itemTypes?: readonly string[] | null;
  readonly writersOnly?: boolean | null;
  readonly filterBy?: {
    readonly appId?: number | null;
    readonly checkName?: string | null;
    readonly checkType?: "ALL" | "LATEST" | null;
  } | null;
  readonly pullRequestNumber?: number | null;
  readonly pullRequestId?: string | null;
  readonly input: {
    readonly pullRequestId: string;
    readonly id: string;
    readonly expectedHeadOid?: string | null;
    readonly labelableId: string;
    readonly labelIds: readonly string[];
    readonly repositoryId: string;
    readonly name: string;
    readonly color: string;
    readonly description?: string | null;
    readonly threadId?: string;
    readonly pullRequestReviewThreadId?: string;
    readonly subjectId: string;
    readonly content: string;
    readonly body?: string;
    readonly clientMutationId?: string | null;
  };
}

export type Resolve<T> = (value: T, args: Args, reading: Reading, field: string, selects: Selects) => unknown;

/** Whether the query selects a field of the answer. */
export type Selects = (name: string) => boolean;

/** The served fields of one type. The value's type is checked where the table is made and erased here. */
export type Fields = Readonly<Record<string, Resolve<never>>>;

export const fieldsOf = <T>(fields: Readonly<Record<string, Resolve<T>>>): Fields => fields;

export const source = <T>(type: string, value: T): Source<T> => ({ type, value });

/** A user under the type that GitHub gives its kind of account; null for an account that was deleted. */
export const actorSource = (user: User | null): Source<User> | null =>
  user && !user.deleted ? source(user.type, user) : null;

/** Milliseconds as GraphQL's DateTime. */
export const dateTime = (at: number) => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");

export const dateTimeOrNull = (at: number | null) => (at === null ? null : dateTime(at));
