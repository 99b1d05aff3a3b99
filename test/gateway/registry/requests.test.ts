// Requests as no package manager makes them: a registry's door reads one request as one, gives whole answers, and asks nobody else.
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { exchange } from "../../fuzz/throw.ts";
import { type Made, scriptedRegistry } from "./upstream.ts";
import { type ADoor, aDoor } from "./world.ts";

const one: Made = { name: "one", version: "1.0.0" };
const file = "/npm/one/-/one-1.0.0.tgz";

const portOf = ({ address }: ADoor) => Number(new URL(address).port);
const get = (target: string, ...headers: string[]) =>
  [`GET ${target} HTTP/1.1`, "host: 127.0.0.1:4873", ...headers, "", ""].join("\r\n");
const said = (door: ADoor, ...requests: string[]) =>
  exchange({ at: { port: portOf(door) } }, Buffer.from(requests.join(""), "latin1"), 500);

test("two requests in a row on one connection are two, whatever body came with the first", async () => {
  const door = await aDoor((await scriptedRegistry([one])).url);
  const last = get("/npm/one", "connection: close"); // so that nothing is waited for but the answers
  const both = (first: string) =>
    exchange({ at: { port: portOf(door) } }, Buffer.from(`${first}${last}`, "latin1"), 10_000, 10_000);
  expect(await both(get(file))).toEqual([200, 200]);
  expect(await both(`${get(file, "transfer-encoding: chunked")}5\r\nhello\r\n0\r\n\r\n`)).toEqual([200, 200]);
  const sized = `${get(file, "content-length: 5")}hello`;
  expect(await both(sized)).toEqual([200, 200]);
  expect(await both(sized.replace("GET", "HEAD"))).toEqual([200, 200]);
});

test.each<[string, (hidden: string) => string]>([
  [
    "a length and chunks",
    (hidden) => `${get("/npm/one", "content-length: 5", "transfer-encoding: chunked")}0\r\n\r\n${hidden}`,
  ],
  ["two lengths", (hidden) => `${get("/npm/one", "content-length: 0", `content-length: ${hidden.length}`)}${hidden}`],
  [
    "chunks with a blank before the colon",
    (hidden) => `${get("/npm/one", "transfer-encoding : chunked")}0\r\n\r\n${hidden}`,
  ],
  [
    "chunks that are not the last coding",
    (hidden) => `${get("/npm/one", "transfer-encoding: chunked, identity")}0\r\n\r\n${hidden}`,
  ],
])("a request that ends in two places is refused, and nothing behind it is read: %s", async (_how, shape) => {
  const registry = await scriptedRegistry([one]);
  const door = await aDoor(registry.url);
  const answers = await said(door, shape(get(file)));
  expect(answers.filter((status) => status === 200)).toEqual([]);
  expect(answers.length).toBeLessThanOrEqual(1);
  expect(door.given()).toEqual([]);
});

test("control: a reader that forgives hears what is hidden behind two ends", async () => {
  const listener: RequestListener = (request, response) => request.resume().on("end", () => response.end("ok"));
  const server = createServer({ insecureHTTPParser: true }, listener);
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const hidden = `${get("/npm/one", "content-length: 5", "transfer-encoding: chunked")}0\r\n\r\n${get(file)}`;
  expect(await exchange({ at: { port } }, Buffer.from(hidden), 500)).toEqual([200, 200]);
});

test("a part, or what somebody has already, is answered with the whole file, and counted as given", async () => {
  const registry = await scriptedRegistry([one]);
  const door = await aDoor(registry.url);
  const content = registry.files.get("one/-/one-1.0.0.tgz");
  const asked: readonly Record<string, string>[] = [
    { range: "bytes=0-0" },
    { range: "bytes=9-1,-5" },
    { "if-none-match": "*" },
    { "if-modified-since": new Date(4e12).toUTCString() },
  ];
  for (const headers of asked) {
    const answered = await door.get(file, { headers });
    expect([answered.status, answered.content.equals(content as Buffer)]).toEqual([200, true]);
    expect(answered.headers).not.toHaveProperty("content-range");
  }
  expect(door.given()).toEqual(Array(4).fill("one 1.0.0"));
});

test("a whole address as the target is its path here, and leads nowhere else", async () => {
  const registry = await scriptedRegistry([one]);
  const other = await scriptedRegistry([{ name: "other", version: "6.6.6" }]);
  const door = await aDoor(registry.url);
  const port = new URL(other.url).port;
  const elsewhere = [
    `http://127.0.0.1:${port}/npm/other`,
    `//127.0.0.1:${port}/other`,
    `/npm/http://127.0.0.1:${port}/other`,
  ];
  for (const target of elsewhere)
    for (const status of await said(door, get(target))) expect(status).toBeGreaterThanOrEqual(400);
  expect(await said(door, get(`http://127.0.0.1:${port}${file}`))).toEqual([200]); // the control: the path is this door's
  expect(door.given()).toEqual(["one 1.0.0"]);
  expect(other.seen).toEqual([]);
});

test("what is only asked after by HEAD counts against what a run may fetch, since it is fetched for it", async () => {
  const registry = await scriptedRegistry([one]);
  const bytes = registry.files.get("one/-/one-1.0.0.tgz")?.length ?? 0;
  const door = await aDoor(registry.url, {}, { most: { answers: 100, bytes: 2 * bytes } });
  const statuses: number[] = [];
  for (let times = 0; times < 5; times++) statuses.push((await door.get(file, { method: "HEAD" })).status);
  expect(statuses).toEqual([200, 200, 200, 429, 429]);
  expect(door.given()).toEqual([]);
});
