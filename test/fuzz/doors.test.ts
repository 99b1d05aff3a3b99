// Bytes of any kind at every door of ours: each is answered as a bad request is, and all of them are alive at the end.
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { caught } from "../../src/base/caught.ts";
import { createServerClient } from "../../src/gateway/tools/upstream/client.ts";
import { type Doors, openDoors } from "./doors.ts";
import { chanceFrom, saidByAServer } from "./inputs.ts";
import { exchange, throwAt } from "./throw.ts";

let opened: Doors;
const unhandled: unknown[] = [];
const note = (error: unknown) => unhandled.push(error);

beforeAll(async () => {
  process.on("unhandledRejection", note).on("uncaughtException", note);
  opened = await openDoors();
}, 60_000);

afterAll(async () => {
  await opened.close();
  process.off("unhandledRejection", note).off("uncaughtException", note);
});

test("control: a door that parses its targets as they come gives way to the same inputs", async () => {
  const thrown: unknown[] = [];
  const weak = caught(
    (request, response) => {
      response.end(new URL(request.url ?? "/", "http://localhost").pathname);
    },
    (error) => thrown.push(error),
  );
  const server = createServer(weak);
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const at = { port: (server.address() as AddressInfo).port };
  const { wrong } = await throwAt({ ...opened.doors[0]!, at }, 600, chanceFrom(20_261_128), () => {});
  expect(wrong.length).toBeGreaterThan(0);
  expect(thrown.map(String)).toContain("TypeError: Invalid URL");
}, 120_000);

test.each([
  [0, 5_000],
  [1, 600], // a page of the forge takes its time
  [2, 2_000],
  [3, 2_000],
  [4, 2_000],
  [5, 600], // all figures at a time take theirs
  [6, 2_000],
])(
  "door %i answers %i raw inputs with nothing but what bad requests deserve, and lives",
  async (index, inputs) => {
    const door = opened.doors[index]!;
    const thrown = await throwAt(door, inputs, chanceFrom(20_261_128 + index), () => {});
    expect(thrown.wrong).toEqual([]);
    expect(opened.errors).toEqual([]);
    expect(unhandled).toEqual([]);
    expect(thrown.isAlive).toBe(true);
    expect(Object.keys(thrown.statuses).length).toBeGreaterThan(3);
  },
  120_000,
);

/** Connections that ask nothing, all of them open at once; and how to let them go. */
async function silent(at: { readonly port: number } | { readonly path: string }, count: number) {
  const sockets = Array.from({ length: count }, () => connect(at as { path: string }).on("error", () => {}));
  await Promise.all(sockets.map((socket) => new Promise<void>((done) => socket.once("connect", () => done()))));
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}

test.each([
  ["the operator's door", 300],
  ["the set-up's page", 100],
])("T8: %s lets whoever asks something in, although %i connections that ask nothing are open", async (name, count) => {
  const door = opened.doors.find((one) => one.name === name)!;
  onTestFinished(await silent(door.at, count));
  expect(await exchange(door, Buffer.from(door.good.request), 5_000)).toEqual([door.good.status]);
});

test("whatever a tool server says, 20,000 times in pieces of any size, throws nothing, and its next right answer is heard", async () => {
  const chance = chanceFrom(20_261_130);
  const written: { id: number; method: string }[] = [];
  const client = createServerClient({ write: (text) => void written.push(JSON.parse(text)) });
  const asked = [1, 2, 3].map(() => client.call("search", {}).catch((fault: Error) => fault.message));
  for (let n = 0; n < 20_000; n++) {
    const said = saidByAServer(chance);
    const cut = chance.below(said.length + 1);
    for (const piece of [said.subarray(0, cut), said.subarray(cut)]) client.hear(piece);
  }
  client.hear(Buffer.from("\n"));
  const last = client.call("search", {});
  const id = written.at(-1)?.id;
  client.hear(Buffer.from(`${JSON.stringify({ jsonrpc: "2.0", id, result: { content: [] } })}\n`));
  expect(await last).toEqual({ content: [] });
  client.end("It is over.");
  await Promise.all(asked);
  expect(unhandled).toEqual([]);
  expect(written.filter(({ method }) => method === undefined).length).toBeLessThanOrEqual(100);
}, 120_000);
