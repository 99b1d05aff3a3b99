// Markers: hidden, distinct, and never mistaken for a record.
import { expect, it } from "vitest";
import { decodeRecord } from "../../src/record/codec.ts";
import { attemptMarker, replyMarker, statusMarker, stopMarker } from "../../src/record/markers.ts";
import { sealKey } from "../../src/record/seal.ts";

it("a marker is a hidden comment that names what it marks", () => {
  expect(statusMarker("k3f9")).toBe("<!-- loopgate:status k3f9 -->");
  expect(attemptMarker("k3f9", 2)).toBe("<!-- loopgate:attempt k3f9 2 -->");
  expect(stopMarker("k3f9", 7)).toBe("<!-- loopgate:stop k3f9 7 -->");
  expect(replyMarker("k3f9/7/0")).toBe("<!-- loopgate:reply k3f9/7/0 -->");
});

it("a marker stays one comment whatever the id holds", () => {
  for (const id of ["a-->b", "a--b", "<!-- x", "a\nb"]) {
    expect(statusMarker(id).slice(4, -3)).not.toMatch(/--|>|\n/);
  }
});

it("no marker is taken for a record", () => {
  const body = [statusMarker("a"), attemptMarker("a", 1), stopMarker("a", 1), replyMarker("a/1/1")].join("\n");
  expect(decodeRecord(body, sealKey("secret"), { repositoryId: 1, issue: 1 })).toEqual({ kind: "absent" });
});
