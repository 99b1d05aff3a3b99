// The capped log, compared with the plain rule it implements.
import fc from "fast-check";
import { expect, test } from "vitest";
import { cappedLog } from "../../src/container/log.ts";

test("an output within the limit is kept whole, however it is cut into chunks", () => {
  const log = cappedLog(10);
  for (const part of ["ab", "", "cdefg", "hij"]) log.write(Buffer.from(part));
  expect([log.text(), log.truncated, log.seen]).toEqual(["abcdefghij", false, 10]);
});

test("a longer output keeps its beginning and its end and says how much is missing between", () => {
  const log = cappedLog(10);
  log.write(Buffer.from("0123456789abcdefghij"));
  expect([log.text(), log.truncated]).toEqual(["01234\n[loopgate: 10 bytes of output were dropped here]\nfghij", true]);
});

test("any chunks give the first half and the last half of the whole", () => {
  const chunks = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c", "d"), maxLength: 12 }), { maxLength: 20 });
  fc.assert(
    fc.property(chunks, fc.integer({ min: 1, max: 24 }), (parts, limit) => {
      const log = cappedLog(limit);
      for (const part of parts) log.write(Buffer.from(part));
      const whole = parts.join("");
      const [head, tail] = [Math.ceil(limit / 2), limit - Math.ceil(limit / 2)];
      const cut = `${whole.slice(0, head)}\n[loopgate: ${whole.length - limit} bytes of output were dropped here]\n`;
      expect(log.text()).toBe(whole.length <= limit ? whole : cut + whole.slice(whole.length - tail));
      expect(log.truncated).toBe(whole.length > limit);
    }),
  );
});
