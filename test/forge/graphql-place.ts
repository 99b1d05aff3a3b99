// What the GraphQL tests share: a forge with a client of the App, a draft pull request, and calls that are refused.
import type { Octokit } from "@octokit/rest";
import { expect } from "vitest";
import { assert } from "../../src/base/assert.ts";
import type { Forge } from "../../src/forge/forge.ts";
import type { Pull, Repository } from "../../src/forge/model.ts";
import { aForge, appClient, demo } from "./local-forge.ts";

export interface Place {
  readonly forge: Forge;
  readonly app: Octokit;
  readonly repository: Repository;
}

export async function aPlace(): Promise<Place> {
  const forge = await aForge();
  return { forge, app: appClient(forge), repository: forge.repository("acme/demo") };
}

/** A draft pull request of the App, whose branch `willa` pushed. */
export async function aDraft({ forge, app }: Place): Promise<{ pull: Pull; head: string }> {
  const head = await forge.as("willa").push("acme/demo", "loop/1", { "src/add.js": "fixed\n" }, "Fix add");
  const opened = await app.rest.pulls.create({ ...demo, title: "Fix add", head: "loop/1", base: "main", draft: true });
  const pull = forge.repository("acme/demo").issues.get(opened.data.number)?.pull;
  assert(pull, "the pull request was opened");
  return { pull, head };
}

interface Refused {
  readonly errors: readonly { type?: string; path?: unknown[]; message: string; extensions?: object }[];
  readonly data: unknown;
}

/** The errors of an operation and what was answered beside them; fails when there are none. */
export async function refused(
  client: Octokit,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Refused> {
  const answer = await client.request("POST /graphql", { query, variables });
  const { errors, data } = answer.data as Refused;
  expect(answer.status).toBe(200);
  expect(errors?.length).toBeGreaterThan(0);
  return { errors, data };
}

/** A query about the repository `acme/demo`. */
export const inDemo = (fields: string) => `query { repository(owner: "acme", name: "demo") { ${fields} } }`;
