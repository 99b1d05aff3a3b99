// Bytes of any kind at every door of ours: each is answered as a bad request is, and all of them are alive at the end.
import { afterAll, beforeAll, expect, test } from "vitest";
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

test.each([0, 1, 2])(
  "door %i answers 600 raw inputs with nothing but what bad requests deserve, and lives",
  async (index) => {
    const door = opened.doors[index]!;
    const thrown = await throwAt(door, 600, chanceFrom(20_261_128 + index), () => {});
    expect(thrown.wrong).toEqual([]);
    expect(opened.errors).toEqual([]);
    expect(unhandled).toEqual([]);
    expect(thrown.isAlive).toBe(true);
    expect(Object.keys(thrown.statuses).length).toBeGreaterThan(3);
  },
  120_000,
);
