// What a Python index says of a project: its files, where they are, their sums, when they came. In JSON or as a page of links.

import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { z } from "zod";
import { parseJson } from "../../../base/parse-json.ts";
import { Refused } from "../refused.ts";
import { sumOf } from "../sums.ts";
import { timeIn } from "../texts.ts";
import { versionOf } from "./names.ts";

/** One file of a project. */
export interface ProjectFile {
  readonly file: string;
  readonly version: string;
  readonly url: URL;
  /** By algorithm, in hexadecimal; at least one that can be relied on. */
  readonly hashes: Readonly<Record<string, string>>;
  /** Of the metadata beside the file, SHA-256; null: there is none, or its sum is not stated. */
  readonly metadata: string | null;
  /** When it was uploaded, in milliseconds since the epoch; null: the index does not say. */
  readonly publishedAt: number | null;
  readonly requiresPython: string | null;
  readonly yanked: boolean | string;
  readonly size: number | null;
}

const Metadata = z.union([z.boolean(), z.record(z.string(), z.string())]);

/** https://packaging.python.org/en/latest/specifications/simple-repository-api/ */
const Listed = z.looseObject({
  filename: z.string(),
  url: z.string().max(4096),
  hashes: z.record(z.string(), z.string()).default({}),
  "requires-python": z.string().max(500).nullish(),
  "core-metadata": Metadata.optional(),
  "dist-info-metadata": Metadata.optional(), // its name before
  "upload-time": z.string().max(100).optional(),
  yanked: z.union([z.boolean(), z.string()]).default(false),
  size: z.number().int().min(0).optional(),
});
type Listed = z.infer<typeof Listed>;
const Page = z.looseObject({ name: z.string(), files: z.array(Listed) });

export interface PageOf {
  /** Normalised. */
  readonly name: string;
  /** Where the page is. */
  readonly url: URL;
  readonly type: string;
}

/** The files of a project with a sum, in order. Throws `Refused` where the answer is no page of a project, or none of its files has one. */
export function readPage(text: string, { name, url, type }: PageOf): readonly ProjectFile[] {
  const isPage = /html/i.test(type) || (!/json/i.test(type) && /^\s*</.test(text));
  const listed = isPage ? inHtml(text) : inJson(text, name);
  const files = listed.flatMap((one) => fileOf(one, name, url) ?? []);
  if (files.length > 0) return files;
  const why = isPage ? "is a web page without a file of it that has a sum" : "names no file of it that has a sum";
  throw new Refused(422, `The registry's answer about ${name} ${why}.`);
}

function fileOf(listed: Listed, name: string, page: URL): ProjectFile | null {
  const version = versionOf(name, listed.filename);
  if (version === null || !URL.canParse(listed.url, page.href)) return null;
  const hashes = Object.entries(listed.hashes).filter(([algorithm, hex]) => sumOf(algorithm, hex) !== null);
  if (hashes.length === 0) return null;
  const metadata = listed["core-metadata"] ?? listed["dist-info-metadata"] ?? false;
  const stated = typeof metadata === "object" ? metadata.sha256 : undefined;
  return {
    file: listed.filename,
    version,
    url: new URL(listed.url, page),
    hashes: Object.fromEntries(hashes),
    metadata: sumOf("sha256", stated) === null ? null : (stated ?? null),
    publishedAt: timeIn(listed["upload-time"]),
    requiresPython: listed["requires-python"] ?? null,
    yanked: listed.yanked,
    size: listed.size ?? null,
  };
}

function inJson(text: string, name: string): readonly Listed[] {
  const json = parseJson(text);
  if (json === undefined)
    throw new Refused(422, `The registry's answer about ${name} is neither JSON nor a page of links.`);
  const read = Page.safeParse(json);
  if (!read.success) throw new Refused(422, `The registry's answer about ${name} is no project's page.`);
  return read.data.files;
}

/** Each link of the page; what the JSON form has as fields stands in its attributes. */
function inHtml(text: string): readonly Listed[] {
  const links: Listed[] = [];
  const waiting: DefaultTreeAdapterTypes.Node[] = [parse(text)];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if ("tagName" in node && node.tagName === "a") links.push(...linkOf(node));
    if ("childNodes" in node) waiting.push(...node.childNodes.toReversed());
  }
  return links;
}

function linkOf({ attrs, childNodes }: DefaultTreeAdapterTypes.Element): Listed[] {
  const given = new Map(attrs.map(({ name, value }) => [name, value]));
  const [url = "", fragment = ""] = (given.get("href") ?? "").split("#");
  const [, algorithm = "", hex = ""] = /^(\w+)=([0-9A-Fa-f]+)/.exec(fragment) ?? [];
  const yanked = given.get("data-yanked");
  const [, stated] =
    /^sha256=([0-9A-Fa-f]+)/.exec(given.get("data-core-metadata") ?? given.get("data-dist-info-metadata") ?? "") ?? [];
  const read = Listed.safeParse({
    filename: childNodes
      .flatMap((child) => ("value" in child ? child.value : []))
      .join("")
      .trim(),
    url,
    hashes: { [algorithm]: hex },
    "requires-python": given.get("data-requires-python"),
    ...(stated === undefined ? {} : { "core-metadata": { sha256: stated } }),
    yanked: yanked === undefined ? false : yanked === "" || yanked,
  });
  return read.success ? [read.data] : [];
}

/** The page for a client that reads JSON, files at `base`. */
export function asJson(name: string, files: readonly ProjectFile[], base: string): string {
  const listed = files.map((one) => ({
    filename: one.file,
    url: `${base}/files/${name}/${encodeURIComponent(one.file)}`,
    hashes: one.hashes,
    "requires-python": one.requiresPython,
    yanked: one.yanked,
    ...(one.metadata === null ? {} : { "core-metadata": { sha256: one.metadata } }),
    ...(one.size === null ? {} : { size: one.size }),
    ...(one.publishedAt === null ? {} : { "upload-time": new Date(one.publishedAt).toISOString() }),
  }));
  const versions = [...new Set(files.map(({ version }) => version))];
  return JSON.stringify({ meta: { "api-version": "1.1" }, name, versions, files: listed });
}

/** The same as a page of links, for a client that reads those. */
export function asHtml(name: string, files: readonly ProjectFile[], base: string): string {
  const links = files.map((one) => {
    const [[algorithm, hex] = ["", ""]] = Object.entries(one.hashes).sort(
      ([a], [b]) => Number(b === "sha256") - Number(a === "sha256"),
    );
    const attributes = [
      `href="${escaped(`${base}/files/${name}/${encodeURIComponent(one.file)}#${algorithm}=${hex}`)}"`,
      ...(one.requiresPython === null ? [] : [`data-requires-python="${escaped(one.requiresPython)}"`]),
      ...(one.metadata === null ? [] : [`data-core-metadata="sha256=${one.metadata}"`]),
      ...(one.yanked === false ? [] : [`data-yanked="${one.yanked === true ? "" : escaped(one.yanked)}"`]),
    ];
    return `<a ${attributes.join(" ")}>${escaped(one.file)}</a><br>\n`;
  });
  const head = `<meta name="pypi:repository-version" content="1.0"><title>${name}</title>`;
  return `<!DOCTYPE html>\n<html><head>${head}</head><body>\n${links.join("")}</body></html>\n`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
}
