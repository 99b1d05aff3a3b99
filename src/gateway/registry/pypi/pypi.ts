// The simple repository API of Python's indexes, read-only, as pip, uv and others speak it: https://packaging.python.org/en/latest/specifications/simple-repository-api/
import type { Ask, Protocol, ProtocolParts, Reply } from "../protocol.ts";
import { Refused } from "../refused.ts";
import { isTooYoung, type PackageRules, requireName, youthProblem } from "../rules.ts";
import { type Shelf, shelfOf } from "../shelf.ts";
import { checkSum, sumOf } from "../sums.ts";
import { normalName, readPypiPath } from "./names.ts";
import { asHtml, asJson, type ProjectFile, readPage } from "./page.ts";

const json = "application/vnd.pypi.simple.v1+json";
const html = "application/vnd.pypi.simple.v1+html";
const accept = `${json}, ${html}; q=0.2, text/html; q=0.1`;

/** The protocol, before one index. */
export function pypiProtocol(parts: ProtocolParts): Protocol {
  const pypi = { parts, shelf: shelfOf("pypi", parts) };
  return {
    name: "pypi",
    normalName: (name) => normalName(name) ?? name, // `Zope.Interface` is `zope-interface` here
    strays: () => false,
    refusal: (sentence) => ({ type: "text/plain; charset=utf-8", body: `${sentence}\n` }),
    async answer(ask) {
      const asked = readPypiPath(ask.path);
      if (asked === null)
        throw new Refused(404, "This is nothing that the Python index gives: pages and files of projects.");
      requireName(asked.name, ask.rules);
      if (asked.kind === "page") return pageReply(pypi, ask, asked.name);
      return fileReply(pypi, ask.rules, asked);
    },
  };
}

interface Pypi {
  readonly parts: ProtocolParts;
  readonly shelf: Shelf;
}

function files<T>({ parts, shelf }: Pypi, name: string, read: (found: readonly ProjectFile[]) => T): Promise<T> {
  const url = new URL(`${parts.upstream.url}/${name}/`);
  const asked = { words: ["page", name], url, what: name, headers: { accept } };
  return shelf.document(asked, (text, type) => read(readPage(text, { name, url, type })));
}

function pageReply(pypi: Pypi, { rules, base, accept: wanted }: Ask, name: string): Promise<Reply> {
  return files(pypi, name, (found) => {
    const now = pypi.parts.now();
    const seen = found.filter(({ version, publishedAt }) => !isTooYoung({ name, version, publishedAt }, rules, now));
    const isJson = wanted.includes(json);
    const body = Buffer.from(isJson ? asJson(name, seen, base) : asHtml(name, seen, base));
    return { type: isJson ? json : "text/html; charset=utf-8", body, fetched: null };
  });
}

/** A file, or the metadata beside it, checked against what the page states. */
async function fileReply(
  pypi: Pypi,
  rules: PackageRules,
  { kind, name, file }: { readonly kind: "file" | "metadata"; readonly name: string; readonly file: string },
): Promise<Reply> {
  const listed = await files(pypi, name, (found) => found.find((one) => one.file === file) ?? null);
  if (listed === null) throw new Refused(404, `The registry has no file ${file} of ${name}.`);
  const { version, publishedAt, metadata, hashes } = listed;
  const problem = youthProblem({ name, version, publishedAt }, rules, pypi.parts.now());
  if (problem !== null) throw new Refused(403, problem);
  const isFile = kind === "file";
  if (!isFile && metadata === null) throw new Refused(404, `The registry states no metadata beside ${file}.`);
  const [algorithm = "", hex] = isFile ? strongest(hashes) : ["sha256", metadata ?? ""];
  // What the index states is part of the key: where it states another sum one day, another file is meant.
  const what = isFile ? file : `the metadata of ${file}`;
  const found = await pypi.shelf.file({ words: [kind, name, file, `${algorithm}=${hex}`], what }, async () => {
    const url = new URL(listed.url);
    url.hash = "";
    if (!isFile) url.pathname += ".metadata";
    return { url, verify: (path) => checkSum(path, what, sumOf(algorithm, hex)) };
  });
  const isNew = !rules.known.has(name);
  return {
    type: "application/octet-stream",
    body: { file: found.file, bytes: found.note.bytes },
    fetched: isFile ? { protocol: "pypi", name, version, publishedAt, isNew } : null,
  };
}

/** Of several sums the one that is hardest to forge. */
function strongest(hashes: Readonly<Record<string, string>>): readonly [string, string] | readonly [] {
  return Object.entries(hashes).sort(([, a], [, b]) => b.length - a.length)[0] ?? [];
}
