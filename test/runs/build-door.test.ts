// The door of a build: apt's packages by the names that policy lists, and nothing else that the App could fetch.
import { request } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Upstreams } from "../../src/gateway/registry/server.ts";
import { createRegistries } from "../../src/gateway/registry/server.ts";
import { openBuildDoor } from "../../src/runs/build-door.ts";
import { scratch } from "../gateway/git/world.ts";
import { pathOf, publish } from "../gateway/registry/apt-archive.ts";
import { scriptedUpstream } from "../gateway/registry/scripted.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };
const of = { repositoryId: 7, gitDir: "", commit: "", context: "", dockerfile: "", args: {}, memoryBytes: 0, cpus: 0 };

async function opened(
  upstreams: Upstreams,
  packages?: { readonly allow: readonly string[]; readonly deny: readonly string[] },
) {
  const dataDir = scratch();
  const registries = createRegistries({ root: join(dataDir, "registries"), mostBytes: 1e9, upstreams, now: Date.now });
  const door = await openBuildDoor(
    { dataDir, log, registries, owner: null },
    { ...of, ...(packages && { packages }) },
    "build-1",
  );
  onTestFinished(async () => void (await door?.close()));
  return door;
}

function asked(socketPath: string, path: string, method = "GET"): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { socketPath, path, method, headers: { host: "127.0.0.1:8417" }, agent: false },
      async (response) => {
        const text = (await response.toArray()).join("");
        resolve({ status: response.statusCode ?? 0, text });
      },
    );
    sent.on("error", reject).end();
  });
}

test("gives apt's packages whatever their age and name, but for those that policy denies, and no other registry's", async () => {
  const archive = await scriptedUpstream();
  const { byHash } = publish(archive, [
    { name: "one", content: "one" },
    { name: "two", content: "two" },
  ]);
  archive.served.set("/one", { type: "application/json", body: "{}" });
  const upstreams = { apt: { url: archive.url, token: null }, npm: { url: archive.url, token: "a secret token" } };
  const door = await opened(upstreams, { allow: [], deny: ["two"] });
  const get = (path: string, method?: string) => asked(door?.socketPath ?? "", path, method);
  expect((await get(`${archive.url}/${byHash}`)).status).toBe(200);
  expect((await get(`${archive.url}/${pathOf("one")}`)).text).toBe("one");
  expect(await get(`${archive.url}/${pathOf("two")}`)).toMatchObject({
    status: 403,
    text: expect.stringContaining("packages.deny"),
  });
  archive.seen.length = 0;
  for (const path of ["/npm/one", "/repo.git/info/refs", `${archive.url}/npm/one`, "http://192.0.2.1/", "/"])
    expect((await get(path)).status, path).toBe(404);
  expect((await get(`${archive.url}/${pathOf("one")}`, "PUT")).status).toBe(405);
  expect(archive.seen).toEqual([]);
});

test("is not there where policy says nothing of packages, or the operator names no archive", async () => {
  const npm = { npm: { url: "http://127.0.0.1:9", token: null } };
  expect(await opened({ apt: { url: "http://127.0.0.1:9", token: null } })).toBeNull();
  expect(await opened(npm, { allow: [], deny: [] })).toBeNull();
});
