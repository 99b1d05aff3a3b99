// What an npm registry says of a package, as far as it counts here: versions, where their files are, their sums, when they came out.

import { z } from "zod";
import { Refused } from "../refused.ts";
import { timeIn } from "../texts.ts";

/** https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md */
const Dist = z.looseObject({
  tarball: z.string().max(2048),
  integrity: z.string().max(2048).optional(),
  shasum: z.string().max(200).optional(),
});
const Version = z.looseObject({ dist: Dist });
const Packument = z.looseObject({
  name: z.string(),
  versions: z.record(z.string(), Version).default({}),
  "dist-tags": z.record(z.string(), z.string()).default({}),
  time: z.record(z.string(), z.unknown()).optional(), // not in the abbreviated form; an unpublished package has an object in it
});
export type Packument = z.infer<typeof Packument>;
export type Dist = z.infer<typeof Dist>;

/** Reads a registry's document. Throws `Refused` where it is none of this package. */
export function readPackument(text: string, name: string): Packument {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    const what = /^\s*</.test(text) ? "a web page" : "no JSON";
    throw new Refused(422, `The registry's answer about ${name} is ${what}.`);
  }
  const read = Packument.safeParse(json);
  if (!read.success) throw new Refused(422, `The registry's answer about ${name} is no package's document.`);
  if (read.data.name !== name)
    throw new Refused(422, `Asked about ${name}, the registry answers about another package.`);
  return read.data;
}

/** When a version was published, in milliseconds since the epoch; null where the document does not say. */
export function publishedAt({ time }: Packument, version: string): number | null {
  return timeIn(time?.[version]);
}

/** The version whose file has this name, and what is said of it; null where none has. */
export function versionOfFile(
  { versions }: Packument,
  file: string,
): { readonly version: string; readonly dist: Dist } | null {
  for (const [version, { dist }] of Object.entries(versions)) if (fileOf(dist) === file) return { version, dist };
  return null;
}

/** The document for a client: files are at `base`, where one is given, and versions that must not be seen are not there. */
export function shown(document: Packument, base: string | null, isHidden: (version: string) => boolean): Packument {
  const versions = Object.entries(document.versions).flatMap(([version, manifest]) => {
    const file = fileOf(manifest.dist);
    if (file === null || isHidden(version)) return [];
    const tarball = base === null ? manifest.dist.tarball : `${base}/${document.name}/-/${file}`;
    return [[version, { ...manifest, dist: { ...manifest.dist, tarball } }] as const];
  });
  const seen = Object.fromEntries(versions);
  return { ...document, versions: seen, "dist-tags": tagsOf(document, seen) };
}

/** Tags of what is still there; `latest` moves to the newest release that is, for clients take it where no version is asked for. */
function tagsOf(document: Packument, seen: Packument["versions"]): Record<string, string> {
  const tags = Object.entries(document["dist-tags"]).filter(([, version]) => version in seen);
  const isLatestGone = document["dist-tags"].latest !== undefined && !tags.some(([tag]) => tag === "latest");
  const newest = isLatestGone ? newestOf(document, Object.keys(seen)) : undefined;
  return Object.fromEntries(newest === undefined ? tags : [...tags, ["latest", newest]]);
}

function newestOf(document: Packument, versions: readonly string[]): string | undefined {
  const releases = versions.filter((version) => !version.includes("-"));
  const at = (version: string) => publishedAt(document, version) ?? 0;
  return (releases.length > 0 ? releases : [...versions]).sort((a, b) => at(a) - at(b)).at(-1);
}

function fileOf({ tarball }: Dist): string | null {
  if (!URL.canParse(tarball)) return null;
  const last = new URL(tarball).pathname.split("/").at(-1) ?? "";
  return /^[\w.+~@-]{1,512}\.tgz$/.test(last) ? last : null;
}
