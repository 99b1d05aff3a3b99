// Finds credentials in what a change adds, and names the place and the rule, never the secret (T6).
import { lintSource } from "@secretlint/core";
import { secretLintProfiler } from "@secretlint/profiler";
import { rules } from "@secretlint/secretlint-rule-preset-recommend";
import { credentialShapes } from "../../base/credentials.ts";

/** A piece of added text: lines of a file, or a commit message. */
export interface AddedText {
  /** A path, or what else a reader would look for, such as `message of 1a2b3c4`. */
  readonly where: string;
  readonly text: string;
}

export interface SecretFinding {
  readonly where: string;
  /** Short name of the rule, such as `github` or `privatekey`. */
  readonly rule: string;
}

/** The findings, one per place and rule. */
export async function findSecrets(texts: readonly AddedText[]): Promise<readonly SecretFinding[]> {
  const findings: SecretFinding[] = [];
  for (const { where, text } of texts) {
    for (const rule of new Set([...ownFindings(text), ...(await presetFindings(where, text))])) {
      findings.push({ where, rule });
    }
  }
  return findings;
}

/**
 * The lines of `after` that are not in `before`, in order. A line that was merely moved is not new; a secret that the
 * base already has is not this change's doing.
 */
export function addedLines(before: string, after: string): string {
  const known = new Set(before.split("\n"));
  return after
    .split("\n")
    .filter((line) => !known.has(line))
    .join("\n");
}

/** It would keep some 37 KB of time marks for each text that is read, for as long as this process lives. */
secretLintProfiler.setEnabled(false);

/** Without the rule that lets a comment in the scanned text switch the others off: the text is an agent's. */
const scanners = rules
  .filter((rule) => !rule.meta.id.endsWith("filter-comments"))
  .map((rule) => ({ id: rule.meta.id, rule }));

/** What the preset does not know: above all tokens of newer shapes, and a private key of which only the beginning is there. */
function ownFindings(text: string): readonly string[] {
  return credentialShapes.filter(({ pattern }) => pattern.test(text)).map(({ rule }) => rule);
}

async function presetFindings(where: string, text: string): Promise<readonly string[]> {
  const source = {
    content: text,
    filePath: where,
    ext: /\.[^./]+$/.exec(where)?.[0] ?? "",
    contentType: "text",
  } as const;
  const options = { config: { rules: scanners }, maskSecrets: true, noPhysicFilePath: true };
  const { messages } = await lintSource({ source, options });
  return messages.map((message) => message.ruleId.replace(/^.*secretlint-rule-/, ""));
}
