// `go vet -json`: for each package a comment with its name and a document of its own, and between them what did not compile.
import { z } from "zod";
import type { Content, SourceFinding } from "./report.ts";
import { messageOf, nameOf, pathIn } from "./text.ts";

const Diagnostic = z.object({ posn: z.string(), message: z.string() });
const Failed = z.object({ error: z.string() });
const Document = z.record(z.string(), z.record(z.string(), z.union([z.array(Diagnostic), Failed])));

/** Whether a text begins as it does, with a package's name and a document. */
export function isGoVet(text: string): boolean {
  return /^(?:# \S+(?: \[\S+\])?\r?\n)+(?:\{|vet: )/.test(text);
}

/** A clean package is an empty document. The command ends with 0 whatever it finds; without `-json` all of it would fail. */
export function readGoVet(text: string, roots: readonly string[]): Content {
  const findings: SourceFinding[] = [];
  const unread: string[] = [];
  let looked = 0;
  let open = "";
  for (const line of text.split(/\r?\n/)) {
    if (open === "" && (line.trim() === "" || line.startsWith("# "))) continue;
    if (open === "" && !line.startsWith("{")) {
      unread.push(nameOf(line.replace(/^vet: /, "")));
      continue;
    }
    open += `${line}\n`;
    if (!/^\}|^\{\}$/.test(line)) continue;
    const document = documentOf(open);
    open = "";
    if (document === null) {
      unread.push("a document that is not well-formed");
      continue;
    }
    looked += 1;
    for (const analyzers of Object.values(document))
      for (const [rule, told] of Object.entries(analyzers)) {
        if (Array.isArray(told)) findings.push(...told.map((one) => findingOf(rule, one, roots)));
        else unread.push(nameOf(`${rule}: ${told.error}`));
      }
  }
  const cut = open === "" ? [] : [{ kind: "incomplete", detail: "its last document has no end" } as const];
  return {
    findings,
    lint: true,
    looked,
    problems: [...unread.map((detail) => ({ kind: "not_read", detail }) as const), ...cut],
  };
}

function documentOf(text: string): z.infer<typeof Document> | null {
  try {
    return Document.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function findingOf(
  rule: string,
  { posn, message }: z.infer<typeof Diagnostic>,
  roots: readonly string[],
): SourceFinding {
  const [, file = posn, line] = /^(.*?):(\d+)(?::\d+)?$/.exec(posn) ?? [];
  return {
    rule: nameOf(rule),
    level: "error",
    file: pathIn(file, roots),
    line: line === undefined ? null : Number(line),
    message: messageOf(message),
    suppressed: false,
  };
}
