// Measuring JSON while it comes in: as a plain walk over its characters would, whatever the pieces are.
import fc from "fast-check";
import { expect, test } from "vitest";
import { createJsonGauge, type JsonBounds } from "../../src/base/json-gauge.ts";

/** Each character by itself, and nothing clever. */
function plainly(text: string, bounds: JsonBounds): "depth" | "parts" | null {
  let [depth, parts, isText, isEscaped] = [0, 0, false, false];
  for (const char of text) {
    if (isText) {
      if (isEscaped) isEscaped = false;
      else if (char === "\\") isEscaped = true;
      else if (char === '"') isText = false;
      continue;
    }
    if (char === '"') isText = true;
    if ("[{".includes(char)) [depth, parts] = [depth + 1, parts + 1];
    if ("]}".includes(char)) depth -= 1;
    if (char === ",") parts += 1;
    if (depth > bounds.depth) return "depth";
    if (parts > bounds.parts) return "parts";
  }
  return null;
}

const pieces = fc.constantFrom('"', "\\", '\\"', "[", "{", "]", "}", ",", "x".repeat(63), "y".repeat(200), "ü", "[[[");

test("T8: the same is found in any text, cut anywhere", () => {
  const bounds = { depth: 4, parts: 12 };
  const property = fc.property(fc.array(pieces, { maxLength: 60 }), fc.integer({ min: 1, max: 400 }), (text, size) => {
    const bytes = Buffer.from(text.join(""));
    const gauge = createJsonGauge(bounds);
    let found: ReturnType<typeof gauge.push> = null;
    for (let at = 0; at < bytes.length; at += size) found = gauge.push(bytes.subarray(at, at + size));
    expect(found).toBe(plainly(text.join(""), bounds));
  });
  fc.assert(property, { numRuns: 3_000 });
});

test("T8: a text whose end is far ahead behind many escapes is searched once", () => {
  const text = Buffer.from(`["${`${"x".repeat(66)}\\n`.repeat(120_000)}"]`);
  const before = process.cpuUsage();
  expect(createJsonGauge({ depth: 1, parts: 9 }).push(text)).toBe(null);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(2_000); // some fifty milliseconds; searched anew behind each escape, seven seconds
});
