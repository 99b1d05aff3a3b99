// Bytes that come in: kept once, in no more memory than twice what came, and freed when they are let go of.
import { expect, test } from "vitest";
import { createBlocks, gathered, joined } from "../../src/base/blocks.ts";

const MiB = 1024 * 1024;

/** Keeps `length` bytes that come in pieces of `size`, and says what they took at each piece. */
function keep(length: number, size: number, expected: number | null) {
  const blocks = createBlocks(expected);
  const whole = Buffer.from(Array.from({ length: size }, (_, n) => n % 251));
  let claimed = 0;
  let excess = 0;
  for (let at = 0; at < length; at += size) {
    const chunk = whole.subarray(0, Math.min(size, length - at));
    claimed += blocks.growth(chunk.length);
    blocks.push(chunk);
    excess = Math.max(excess, claimed - 2 * blocks.length);
  }
  const taken = blocks.pieces().reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  return { blocks, claimed, taken, excess };
}

test.each([1, 7, 1_000, 65_536])(
  "bytes in pieces of %i come out as they came in, and what is claimed is what they take",
  (size) => {
    for (const length of [1, 4_096, 4_097, 70_000]) {
      for (const expected of [null, length]) {
        const { blocks, claimed, taken } = keep(length, size, expected);
        const want = Buffer.alloc(length, Buffer.from(Array.from({ length: size }, (_, n) => n % 251)));
        expect(Buffer.from(joined(blocks.pieces())).equals(want)).toBe(true);
        expect(blocks.length).toBe(length);
        expect(taken).toBe(claimed);
      }
    }
  },
);

test("T8: what was announced is held once; what was not takes at most as much again; what is announced and does not come takes nothing", () => {
  const length = 2 * MiB + 3;
  expect(keep(length, 65_536, length).taken).toBe(length);
  expect(keep(length, 65_536, null).taken).toBeLessThanOrEqual(length + MiB);
  expect(keep(200_000, 1, null).excess).toBeLessThanOrEqual(4_096);
  expect(keep(1, 1, 20 * MiB).taken).toBe(4_096);
});

test("what is let go of, and pieces that were gathered, are freed at once", () => {
  const { blocks } = keep(300_000, 65_536, null);
  const dropped = blocks.pieces();
  blocks.drop();
  expect(dropped.map(({ buffer }) => buffer.byteLength)).toEqual(dropped.map(() => 0));
  expect([blocks.length, blocks.pieces()]).toEqual([0, []]);
  const pieces = keep(300_000, 65_536, null).blocks.pieces();
  expect(gathered(pieces).length).toBe(300_000);
  expect(pieces.map(({ buffer }) => buffer.byteLength)).toEqual(pieces.map(() => 0));
});
