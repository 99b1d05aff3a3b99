// Finds credentials in what a change adds, and names the place and the rule, never the secret (T6).
import { lintSource } from "@secretlint/core";
import { rules } from "@secretlint/secretlint-rule-preset-recommend";

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

/** Without the rule that lets a comment in the scanned text switch the others off: the text is an agent's. */
const scanners = rules
  .filter((rule) => !rule.meta.id.endsWith("filter-comments"))
  .map((rule) => ({ id: rule.meta.id, rule }));

/**
 * What the preset does not know: tokens of newer shapes, first of all of the model providers that runs are paid for, and a
 * private key of which only the beginning is there. Shapes: each provider's own documentation of its tokens.
 */
const ownRules: readonly { readonly rule: string; readonly pattern: RegExp }[] = [
  { rule: "github", pattern: /\bgh[pousr]_[A-Za-z0-9_.-]{36,}/ },
  { rule: "github", pattern: /\bgithub_pat_[A-Za-z0-9_]{40,}/ },
  { rule: "google", pattern: /\bAIza[\w-]{35}(?![\w-])/ },
  { rule: "anthropic", pattern: /\bsk-ant-[a-z]{2,8}\d\d-[\w-]{60,}/ },
  { rule: "openrouter", pattern: /\bsk-or-v1-[0-9a-f]{64}\b/ },
  { rule: "xai", pattern: /\bxai-[A-Za-z0-9]{70,}\b/ },
  { rule: "groq", pattern: /\bgsk_[A-Za-z0-9]{50,}\b/ },
  { rule: "huggingface", pattern: /\bhf_[A-Za-z]{34}\b/ },
  { rule: "pypi", pattern: /\bpypi-AgE[\w-]{60,}/ },
  { rule: "gitlab", pattern: /\bgl(?:pat|dt|rt|ptt|cbt|ft|soat|imt|agent|oas)-[\w-]{20,}/ },
  { rule: "digitalocean", pattern: /\bdo[opr]_v1_[0-9a-f]{64}\b/ },
  { rule: "azure", pattern: /\bAccountKey=[A-Za-z0-9+/]{86}==/ },
  { rule: "stripe", pattern: /\b[rs]k_live_[A-Za-z0-9]{24,}\b/ },
  { rule: "privatekey", pattern: /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/ },
];

function ownFindings(text: string): readonly string[] {
  return ownRules.filter(({ pattern }) => pattern.test(text)).map(({ rule }) => rule);
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
