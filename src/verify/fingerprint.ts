// Recognises the same failure when it comes back on another commit.
import { createHash } from "node:crypto";
import type { Finding } from "../loop/state.ts";

/**
 * Equal for findings that differ only in numbers, hashes, line numbers, times and white space, in whatever order they
 * come; 16 hexadecimal digits, or empty when there is no finding.
 */
export function fingerprintOf(findings: readonly Finding[]): string {
  if (findings.length === 0) return "";
  const lines = findings.map(({ source, title, detail, path }) =>
    [source, normalised(title), path ?? "", normalised(detail)].join(" | "),
  );
  return createHash("sha256")
    .update([...new Set(lines)].sort().join("\n"))
    .digest("hex")
    .slice(0, 16);
}

function normalised(text: string): string {
  return text
    .toLowerCase()
    .replace(/\b0x[0-9a-f]+\b|\b(?=[a-f]*\d)[0-9a-f]{7,64}\b/g, "#")
    .replace(/\d+(?:[.,:]\d+)*/g, "#")
    .replace(/#\s*(?:ms|s|sec|secs|seconds|m|min|minutes)\b/g, "#")
    .replace(/\s+/g, " ")
    .trim();
}
