// Faults of GitHub's API: lists that change while they are read, an answer that never comes true, caches that lie.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { githubClients } from "../../src/github/client/octokit.ts";
import { githubPort } from "../../src/github/port.ts";
import { accountOf, type Setup, setUp } from "../github/setup.ts";

let up: Setup;
beforeAll(async () => {
  up = await setUp();
});
afterAll(() => up.close());

const marker = "<!-- loopgate:status k3f9 -->";

test("F35: a comment of ours is found although others are deleted while the list is read", async () => {
  const { issue, ref } = up.newIssue();
  const noise = Array.from({ length: 100 }, (_, n) => up.forge.as("carol").comment(issue, `${n}`));
  const ours = await up.port.createComment(ref, `Queued. ${marker}`, marker, false);
  for (let n = 0; n < 30; n++) up.forge.as("carol").comment(issue, `and ${n}`);
  let reads = 0;
  const afterFirstPage = ({ path }: { path: string }) => {
    if (path === "/graphql" || path.endsWith("/comments")) reads += 1;
    if (reads === 2) for (const one of noise.splice(0, 20)) up.forge.as("carol").deleteComment(one);
    return false;
  };
  up.forge.failNext(afterFirstPage, { status: 500 });
  expect(await up.port.createComment(ref, `Queued. ${marker}`, marker, true)).toBe(ours);
  expect(noise).toHaveLength(80);
});

test("F37: a pull request whose mergeability GitHub never tells is read and merged all the same", async () => {
  const head = await up.forge.as("carol").push(up.repository, "loop/9-m", { "m.txt": "1\n" }, "Add");
  const pull = await up.forge.as("carol").openPull(up.repository, { title: "Add", head: "loop/9-m", base: "main" });
  Object.defineProperty(pull, "mergeability", { get: () => null, set: () => {} });
  const { number } = pull.issue;
  expect(await up.port.readPull(up.where, number)).toMatchObject({ head, open: true, merged: null });
  expect(await up.port.merge(up.where, number, head)).toEqual({ ok: true });
  expect(pull.merged).toBe(true);
});

/** A door in front of the forge that notes which requests are conditional, and answers those with a lie. */
async function lyingCache(): Promise<{ url: string; conditional: string[]; tags: string[] }> {
  const conditional: string[] = [];
  const tags: string[] = [];
  const server = createServer(async (request, response) => {
    const { "if-none-match": tag, "if-modified-since": since, host: _, ...headers } = request.headers;
    if (tag !== undefined || since !== undefined) {
      conditional.push(`${request.method} ${request.url}`);
      return void response.writeHead(304).end();
    }
    const text = await buffer(request);
    const body = request.method === "GET" ? undefined : text;
    const sent = { method: request.method, headers: headers as Record<string, string>, body };
    const answer = await fetch(`${up.forge.url}${request.url}`, sent);
    const etag = answer.headers.get("etag");
    if (etag !== null) tags.push(etag);
    response.writeHead(answer.status, { "content-type": "application/json", ...(etag === null ? {} : { etag }) });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, conditional, tags };
}

test("F40: no read is conditional, so a cache that says nothing changed is never asked", async () => {
  const { url, conditional, tags } = await lyingCache();
  const { id: appId, slug, privateKey } = up.forge.app;
  const clients = githubClients({ appId, privateKey, baseUrl: url, throttle: false });
  const port = githubPort({ clients, self: { appId, slug }, now: Date.now, gitBaseUrl: url });
  expect(await port.permission(up.where, accountOf(up, "carol"))).toBe("write");
  const { actor } = up.forge.as("alice");
  up.forge.world.addCollaborator(actor, up.repository, up.forge.as("carol").user, "triage");
  expect(await port.permission(up.where, accountOf(up, "carol"))).toBe("triage");
  expect(tags.length).toBeGreaterThan(0);
  expect(conditional).toEqual([]);
});
