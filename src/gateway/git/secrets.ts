// Finds credentials in what a change adds, and names the place and the rule, never the secret (T6).
import { setImmediate as turn } from "node:timers/promises";
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

/** The findings, one per place and rule. Others have their turns of the event loop meanwhile: a change may have fifty megabytes. */
export async function findSecrets(texts: readonly AddedText[]): Promise<readonly SecretFinding[]> {
  const findings: SecretFinding[] = [];
  for (const { where, text } of texts) {
    const rules = new Set<string>();
    for (const piece of piecesOf(text)) {
      for (const rule of [...ownFindings(piece), ...(await presetFindings(where, piece))]) rules.add(rule);
      await turn();
    }
    for (const rule of rules) findings.push({ where, rule });
  }
  return findings;
}

/** So much is read at a time, in some milliseconds. */
const pieceLength = 128 * 1024;
/** So much of a piece is in the next as well: no secret is longer. */
const overlap = 16 * 1024;

/** The text in pieces, and what of it is written in wide characters, as Windows' own programs write files of settings. */
function* piecesOf(text: string): Generator<string> {
  for (const whole of [text, wideIn(text)]) {
    for (let from = 0; from === 0 || from + overlap < whole.length; from += pieceLength - overlap)
      yield whole.slice(from, from + pieceLength);
  }
}

/** UTF-16 and UTF-32 that were read as UTF-8: plain letters with zeros between them. */
function wideIn(text: string): string {
  if (!text.includes("\0")) return "";
  return (text.match(/(?:[\t\r\n\x20-\x7e]\0{1,3}){8,}[\x20-\x7e]?/g) ?? []).join("\n").replaceAll("\0", "");
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
