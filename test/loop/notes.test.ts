// How much of what was noted a brief gets.
import fc from "fast-check";
import { expect, test } from "vitest";
import { noteBounds, notesWithin } from "../../src/loop/notes.ts";

test("whatever is noted, a brief gets the newest of it within its bounds, in order", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 900 }), { maxLength: 40 }), (notes) => {
      const kept = notesWithin(notes);
      expect(kept.length).toBeLessThanOrEqual(noteBounds.count);
      expect(kept.join("").length).toBeLessThanOrEqual(noteBounds.all);
      const newest = notes.slice(notes.length - kept.length);
      expect(kept.every((text, index) => newest[index]?.startsWith(text))).toBe(true);
      if (kept.length > 0) expect(kept.at(-1)).toBe([...(notes.at(-1) ?? "")].slice(0, noteBounds.note).join(""));
    }),
  );
});

test("short notes all fit, oldest first", () => {
  expect(notesWithin(["a", "b", "c"])).toEqual(["a", "b", "c"]);
  expect(notesWithin(Array.from({ length: 30 }, (_, index) => `${index}`))).toHaveLength(noteBounds.count);
});

test("of many long notes the newest fit", () => {
  const long = Array.from({ length: 12 }, (_, index) => `${index} ${"x".repeat(800)}`);
  expect(notesWithin(long).map((text) => text.split(" ")[0])).toEqual(["5", "6", "7", "8", "9", "10", "11"]);
});
