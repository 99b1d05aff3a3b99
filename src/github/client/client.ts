// What the rest of this room needs of Octokit: clients, and calls whose answers are checked and whose errors are faults.
import type { Octokit } from "@octokit/rest";
import type { ProbotOctokit } from "probot";
import type { z } from "zod";
import { Fault } from "../../base/fault.ts";
import { faultOf, unreadable } from "../fault.ts";
import type { Nodes } from "./nodes.ts";
import type { Pacer } from "./pacer.ts";

export type Client = ProbotOctokit;

export interface Clients {
  /** Acts as the App itself: for its installations and its webhook. */
  forApp(): Client;
  /** Acts as the App's installation; the token behind it is renewed as needed. */
  forInstallation(installationId: number): Client;
  /** Acts with exactly this token. */
  withToken(token: string): Octokit;
}

/** A repository as calls address it; the ids say whether the names still mean it. */
export interface Repository {
  readonly installationId: number;
  readonly repositoryId: number;
  readonly owner: string;
  readonly name: string;
}

export interface Connection {
  readonly clients: Clients;
  readonly self: { readonly appId: number; readonly slug: string };
  readonly now: () => number; // epoch milliseconds
  readonly gitBaseUrl: string;
  readonly pacer: Pacer;
  readonly nodes: Nodes;
}

export interface Question<Shape extends z.ZodType> {
  readonly attempted: string; // "Could not … on …"
  readonly shape: Shape; // only the fields that are used
}

/** Sends one REST request as the repository's installation; throws `Fault`. */
export async function call<Shape extends z.ZodType>(
  connection: Connection,
  repository: Repository,
  question: Question<Shape>,
  send: (client: Client) => Promise<{ readonly data: unknown }>,
): Promise<z.infer<Shape>> {
  const client = connection.clients.forInstallation(repository.installationId);
  const { data } = await paced(connection, repository.installationId, question.attempted, () => send(client));
  return understood(question, data);
}

/** Sends one GraphQL operation; an answer with any error in it is a fault, whatever else it carries. Throws `Fault`. */
export async function query<Shape extends z.ZodType>(
  connection: Connection,
  repository: Repository,
  question: Question<Shape> & { readonly text: string; readonly variables: Readonly<Record<string, unknown>> },
): Promise<z.infer<Shape>> {
  const client = connection.clients.forInstallation(repository.installationId);
  const data = await paced(connection, repository.installationId, question.attempted, () =>
    client.graphql<unknown>(question.text, { ...question.variables }),
  );
  return understood(question, data);
}

/** Sends nothing while GitHub has asked this installation to wait; remembers when it asks anew. Throws `Fault`. */
async function paced<T>(
  connection: Connection,
  installationId: number,
  attempted: string,
  act: () => Promise<T>,
): Promise<T> {
  const { pacer, now } = connection;
  const until = pacer.blockedUntil(installationId, now());
  if (until !== null) {
    const when = new Date(until).toISOString();
    throw new Fault(`${attempted}: GitHub asked to wait, so it was not asked. It may work after ${when}.`, {
      kind: "rate_limited",
      retry: "later",
      retryAt: until,
    });
  }
  try {
    return await guarded(connection, attempted, act);
  } catch (error) {
    if (error instanceof Fault && error.kind === "rate_limited" && error.retryAt !== undefined)
      pacer.waitUntil(installationId, error.retryAt);
    throw error;
  }
}

/** What was asked for, or null where GitHub says that it is not there. Throws every other `Fault`. */
export async function unlessGone<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Fault && error.kind === "not_found") return null;
    throw error;
  }
}

export async function guarded<T>(
  connection: Pick<Connection, "now">,
  attempted: string,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw faultOf(error, attempted, connection.now());
  }
}

export function understood<Shape extends z.ZodType>(
  { attempted, shape }: Question<Shape>,
  data: unknown,
): z.infer<Shape> {
  const read = shape.safeParse(data);
  if (!read.success) throw unreadable(attempted, read.error);
  return read.data;
}
