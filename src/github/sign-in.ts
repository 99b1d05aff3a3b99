// People who sign in to the App with GitHub: where their browser goes, what its code is worth, and which repositories they reach.
import { Octokit } from "@octokit/rest";
import { z } from "zod";
import { Fault } from "../base/fault.ts";
import type { IssueRef } from "../loop/state.ts";
import { understood } from "./client/client.ts";
import { faultOf } from "./fault.ts";

export interface SignInAt {
  /** Where people sign in, and the API that belongs to it; without a slash at the end. */
  readonly webUrl: string;
  readonly apiUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface SignedIn {
  /** Acts for the person within what both may; never shown, never stored. */
  readonly token: string;
  readonly lastsMs: number;
  readonly person: { readonly id: number; readonly login: string };
}

export interface SignIn {
  /** `challenge`: SHA-256, in base64url, of the verifier that the exchange brings. */
  addressFor(asked: { readonly redirectUrl: string; readonly state: string; readonly challenge: string }): string;
  /** Throws Fault; of kind `refused` where the code is worth nothing, or the App's own secret is wrong. */
  exchange(given: {
    readonly code: string;
    readonly redirectUrl: string;
    readonly verifier: string;
  }): Promise<SignedIn>;
  /** The ids of those repositories of the App's that the person was given access to. Throws Fault; `forbidden`: the token is over. */
  repositoriesOf(token: string): Promise<ReadonlySet<number>>;
  /** Comments on an issue as the person whose token it is; once. Throws Fault. */
  comment(token: string, issue: Pick<IssueRef, "owner" | "name" | "number">, body: string): Promise<void>;
}

/** Also where the App has opted out of tokens that expire: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens */
const tokenLastsMs = 8 * 3_600_000;
const timeoutMs = 15_000;
/** Of a hundred repositories each; who reaches more sees the first ones. */
const mostPages = 100;

const Exchanged = z.union([
  z.object({ access_token: z.string().min(1), expires_in: z.number().positive().optional() }),
  z.object({ error: z.string(), error_description: z.string().optional() }),
]);
const User = z.object({ id: z.number().int().positive(), login: z.string().min(1), type: z.string() });
const Installations = z.object({
  installations: z.array(z.object({ id: z.number().int(), suspended_at: z.string().nullish() })),
});
const Repositories = z.object({ repositories: z.array(z.object({ id: z.number().int() })) });

export function signInAt({ webUrl, apiUrl, clientId, clientSecret }: SignInAt): SignIn {
  const client = (auth?: string) =>
    new Octokit({
      baseUrl: apiUrl,
      ...(auth === undefined ? {} : { auth }),
      log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    });
  return {
    addressFor({ redirectUrl, state, challenge }) {
      const url = new URL(`${webUrl}/login/oauth/authorize`);
      const asked = { client_id: clientId, redirect_uri: redirectUrl, state };
      for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
      url.searchParams.set("code_challenge", challenge);
      url.searchParams.set("code_challenge_method", "S256");
      return url.href;
    },
    async exchange({ code, redirectUrl, verifier }) {
      const attempted = "Could not exchange the code of a sign-in at GitHub";
      const given = { client_id: clientId, client_secret: clientSecret, code, redirect_uri: redirectUrl };
      const answer = await ask(client(), attempted, Exchanged, `POST ${webUrl}/login/oauth/access_token`, {
        ...given,
        code_verifier: verifier,
        headers: { accept: "application/json" },
      });
      if ("error" in answer) throw refused(attempted, answer);
      const { access_token: token, expires_in: seconds } = answer;
      const user = await ask(client(token), "Could not ask GitHub who signed in", User, "GET /user");
      if (user.type !== "User") throw refused("Could not sign in", { error: `${user.login} is no person's account` });
      const lastsMs = Math.min(tokenLastsMs, seconds === undefined ? tokenLastsMs : seconds * 1_000);
      return { token, lastsMs, person: { id: user.id, login: user.login } };
    },
    async repositoriesOf(token) {
      const asking = client(token);
      const attempted = "Could not ask GitHub which repositories a person reaches";
      const found = new Set<number>();
      let pages = 0;
      const { installations } = await ask(asking, attempted, Installations, "GET /user/installations", {
        per_page: 100,
      });
      for (const { id, suspended_at: suspendedAt } of installations) {
        if (suspendedAt) continue;
        for (let page = 1, isMore = true; isMore && pages < mostPages; page += 1, pages += 1) {
          const of = { installation_id: id, per_page: 100, page };
          const path = "GET /user/installations/{installation_id}/repositories";
          const { repositories } = await ask(asking, attempted, Repositories, path, of);
          for (const repository of repositories) found.add(repository.id);
          isMore = repositories.length === 100;
        }
      }
      return found;
    },
    async comment(token, { owner, name, number }, body) {
      const attempted = `Could not comment on ${owner}/${name}#${number}`;
      const path = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
      await ask(client(token), attempted, z.object({ id: z.number() }), path, {
        owner,
        repo: name,
        issue_number: number,
        body,
      });
    },
  };
}

const nothing = () => {};

function refused(attempted: string, { error, error_description: said }: { error: string; error_description?: string }) {
  const words = (said ?? error).replace(/\s+/g, " ").slice(0, 200);
  return new Fault(`${attempted}: GitHub answered: ${words}`, { kind: "refused", retry: "never" });
}

async function ask<Shape extends z.ZodType>(
  client: Octokit,
  attempted: string,
  shape: Shape,
  route: string,
  parameters: Readonly<Record<string, unknown>> = {},
): Promise<z.infer<Shape>> {
  try {
    const request = { signal: AbortSignal.timeout(timeoutMs) };
    const { data } = await client.request(route, { ...parameters, request });
    return understood({ attempted, shape }, data);
  } catch (error) {
    // Without its cause, which holds what was sent: the App's secret and the person's code.
    const { message, kind, retry, retryAt } = faultOf(error, attempted, Date.now());
    throw new Fault(message, { kind, retry, ...(retryAt === undefined ? {} : { retryAt }) });
  }
}
