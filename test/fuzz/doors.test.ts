// Bytes of any kind at every door of ours: each is answered as a bad request is, and all of them are alive at the end.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { caught } from "../../src/base/caught.ts";
import { type Doors, openDoors } from "./doors.ts";
import { chanceFrom } from "./inputs.ts";
import { throwAt } from "./throw.ts";

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
