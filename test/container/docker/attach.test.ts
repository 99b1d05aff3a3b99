// The engine's framing of two streams in one, taken apart.
import fc from "fast-check";
import { expect, test } from "vitest";
import { demultiplexer } from "../../../src/container/docker/attach.ts";

const frame = (stream: number, text: string) => {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
};

test("frames arrive as written, wherever the chunks are cut", () => {
  const frames = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.string({ maxLength: 9 })), { maxLength: 8 });
  fc.assert(
    fc.property(frames, fc.integer({ min: 1, max: 11 }), (written, step) => {
      const bytes = Buffer.concat(written.map(([stream, text]) => frame(stream, text)));
      const heard = { stdout: "", stderr: "" };
      const push = demultiplexer((name, chunk) => {
        heard[name] += chunk.toString("latin1");
      });
      for (let at = 0; at < bytes.length; at += step) push(bytes.subarray(at, at + step));
      const said = (stream: number) => written.map(([name, text]) => (name === stream ? text : "")).join("");
      expect(heard).toEqual({
        stdout: Buffer.from(said(1)).toString("latin1"),
        stderr: Buffer.from(said(2)).toString("latin1"),
      });
    }),
  );
});
