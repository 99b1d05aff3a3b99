// Files that call themselves pictures: which are, and how two of them differ.
import { PNG } from "pngjs";
import { describe, expect, test } from "vitest";
import { compare, MOST_PIXELS, type Picture, readPicture } from "../../../src/verify/pictures/png.ts";
import { plainPng, pngFile } from "./png-file.ts";

function read(file: Uint8Array): Picture {
  const one = readPicture(file);
  if ("why" in one) throw new Error(one.why);
  return one;
}

/** Red, green, blue and alpha of each pixel, row by row. */
function pixels(file: Uint8Array): number[][] {
  const { data } = PNG.sync.read(Buffer.from(read(file).bytes));
  return Array.from({ length: data.length / 4 }, (_, at) => [...data.subarray(at * 4, at * 4 + 4)]);
}

const white = [255, 255, 255] as const;

describe("a picture", () => {
  test("of one pixel is one", () => {
    expect(pixels(plainPng(1, 1, [1, 2, 3]))).toEqual([[1, 2, 3, 255]]);
  });

  test("may have other depths and kinds of colour", () => {
    const grey16 = pngFile({ width: 1, height: 1, depth: 16, colour: 0, rows: Buffer.from([0, 0x80, 0]) });
    expect(pixels(grey16)).toEqual([[128, 128, 128, 255]]);
    const bits = pngFile({ width: 3, height: 1, depth: 1, colour: 0, rows: Buffer.from([0, 0b101_00000]) });
    expect(pixels(bits).map(([red]) => red)).toEqual([255, 0, 255]);
    const palette = pngFile({
      width: 2,
      height: 1,
      depth: 2,
      colour: 3,
      rows: Buffer.from([0, 0b00_01_0000]),
      before: [
        ["PLTE", Buffer.from([9, 8, 7, 6, 5, 4])],
        ["tRNS", Buffer.from([0])],
      ],
    });
    expect(pixels(palette)).toEqual([
      [9, 8, 7, 0],
      [6, 5, 4, 255],
    ]);
    const alpha = pngFile({ width: 1, height: 1, colour: 4, rows: Buffer.from([0, 200, 100]) });
    expect(pixels(alpha)).toEqual([[200, 200, 200, 100]]);
  });

  test("may be interlaced", () => {
    // Two by two: the passes have the pixel at the top left, the one right of it, and the lower row.
    const rows = Buffer.from([0, 10, 0, 20, 0, 30, 40]);
    const file = pngFile({ width: 2, height: 2, colour: 0, interlace: 1, rows });
    expect(pixels(file).map(([grey]) => grey)).toEqual([10, 20, 30, 40]);
  });

  test("may be interlaced in any size, though some passes then have no pixel", () => {
    // Of each pass: first column and row, and the steps to the next.
    const passes = ["0 0 8 8", "4 0 8 8", "0 4 4 8", "2 0 4 4", "0 2 2 4", "1 0 2 2", "0 1 1 2"];
    const count = (most: number, first = 0, step = 1) =>
      Array.from({ length: most }, (_, at) => at).filter((at) => at >= first && (at - first) % step === 0).length;
    for (let width = 1; width <= 9; width += 1)
      for (let height = 1; height <= 9; height += 1) {
        const bytes = passes.map((pass) => {
          const [left, top, right, down] = pass.split(" ").map(Number);
          const columns = count(width, left, right);
          return columns === 0 ? 0 : count(height, top, down) * (1 + columns);
        });
        const rows = Buffer.alloc(bytes.reduce((sum, one) => sum + one, 0));
        expect(pixels(pngFile({ width, height, colour: 0, interlace: 1, rows })).length).toBe(width * height);
      }
  });

  test("goes on with its pixels alone: what else stands in the file, or behind it, does not", () => {
    const said = ["tEXt", Buffer.from("Comment\0where it was taken")] as const;
    const file = pngFile({ width: 1, height: 1, rows: Buffer.from([0, 1, 2, 3]), before: [said] });
    const { bytes } = read(Buffer.concat([file, Buffer.from("<script>alert(1)</script>")]));
    const text = Buffer.from(bytes).toString("latin1");
    expect([text.includes("taken"), text.includes("script"), text.slice(1, 4)]).toEqual([false, false, "PNG"]);
  });
});

describe("is no picture, and says why", () => {
  const right = plainPng(40, 30, white);
  const damaged = Buffer.from(right);
  damaged[45] = 255 - (damaged[45] ?? 0);
  const row = Buffer.alloc(1 + 3);
  const huge = pngFile({ width: 65_000, height: 65_000, rows: row });
  test.each([
    ["nothing", Buffer.alloc(0), "it is no PNG, whatever its name says"],
    ["a page", Buffer.from("<!doctype html><svg onload=alert(1)>"), "it is no PNG, whatever its name says"],
    ["the beginning alone", right.subarray(0, 8), "it ends too early"],
    ["one cut in its pixels", right.subarray(0, right.length - 20), "it ends too early"],
    ["one cut before its end", right.subarray(0, right.length - 12), "it ends too early"],
    ["one with a byte changed", damaged, "it is damaged"],
    ["a size far beyond any", huge, `it says it is 65000 × 65000, and at most ${MOST_PIXELS} pixels are read`],
    ["a row too few", pngFile({ width: 1, height: 2, rows: row }), "it ends too early"],
    ["a row too many", pngFile({ width: 1, height: 1, rows: Buffer.alloc(8) }), "it holds more than its header says"],
    [
      "much more than it says, interlaced",
      pngFile({ width: 1, height: 1, interlace: 1, rows: Buffer.alloc(1_000_000) }),
      "it holds more than its header says",
    ],
    ["no width", pngFile({ width: 0, height: 1, rows: row }), "it has no proper header"],
    ["an unknown depth", pngFile({ width: 1, height: 1, depth: 3, rows: row }), "it has no proper header"],
    [
      "an animation",
      pngFile({ width: 1, height: 1, rows: row, before: [["acTL", Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])]] }),
      "it is animated, and only a still picture can be compared",
    ],
    [
      "no palette where one is needed",
      pngFile({ width: 1, height: 1, colour: 3, rows: Buffer.alloc(2) }),
      "it is damaged",
    ],
  ])("%s", (_, file, why) => {
    const one = readPicture(file);
    expect("why" in one ? one.why : one).toBe(why);
  });

  test("what is only too large is said to be that", () => {
    expect([huge, right.subarray(0, 8)].map((file) => (readPicture(file) as { beyond?: true }).beyond)).toEqual([
      true,
      undefined,
    ]);
  });
});

describe("the difference", () => {
  const shot = (file: Buffer) => read(file).bytes;
  const before = shot(plainPng(20, 10, white));

  test("counts each pixel that is another one, pale ones too, and shows where", () => {
    const found = compare(before, shot(plainPng(20, 10, white, { side: 4, colour: [254, 255, 255] })));
    expect(found?.pixels).toBe(16);
    const { width, height, data } = PNG.sync.read(Buffer.from(found?.shown ?? []));
    const isRed = (at: number) => data[at] === 255 && data[at + 1] === 0;
    expect([width, height, isRed(0), isRed((9 * 20 + 19) * 4)]).toEqual([20, 10, true, false]);
  });

  test("of the same is none, however they were packed", () => {
    const same = PNG.sync.write(PNG.sync.read(plainPng(20, 10, white)), { deflateLevel: 0 });
    expect(compare(before, shot(same))).toEqual({ pixels: 0, shown: null });
  });

  test("is not told of another size", () => {
    expect(compare(before, shot(plainPng(10, 20, white)))).toBe(null);
  });
});
