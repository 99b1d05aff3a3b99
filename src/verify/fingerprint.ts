// Recognises the same failure when it comes back on another commit.
import { createHash } from "node:crypto";
import type { Finding } from "../loop/state.ts";
import { evidenceOf } from "./evidence.ts";

/**
 * Equal for findings with the same evidence, in whatever order they come: they may differ in times, durations, positions,
 * addresses, temporary paths and ports only. 16 hexadecimal digits, or empty when no finding has evidence: then nothing
 * says that two failures are the same. A finding without evidence beside others counts by its title.
 */
export function fingerprintOf(findings: readonly Finding[]): string {
  const evidence = findings.map((finding) => ({ finding, text: evidenceOf(finding) }));
  if (evidence.every(({ text }) => text === "")) return "";
  const lines = evidence.map(({ finding: { source, title, path }, text }) =>
    JSON.stringify([source, path, text || title]),
  );
  return createHash("sha256")
    .update([...new Set(lines)].sort().join("\n"))
    .digest("hex")
    .slice(0, 16);
}
