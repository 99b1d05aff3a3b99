// What a Composer repository says of a package, as far as it counts here: versions, where their files are, and when they came out.
import { z } from "zod";
import { parseJson } from "../../../base/parse-json.ts";
import { Refused } from "../refused.ts";
import { timeIn } from "../texts.ts";
import { isPlainVersion } from "./path.ts";

/** https://getcomposer.org/doc/04-schema.md and https://getcomposer.org/doc/05-repositories.md#metadata-url-available-packages-and-available-package-patterns */
const Dist = z.looseObject({
  type: z.string().max(20),
  url: z.string().max(2048),
  reference: z.string().max(200).nullish(),
  shasum: z.string().max(200).nullish(),
});
const Version = z.looseObject({
  version: z.string().max(300),
  time: z.unknown().optional(),
  dist: z.unknown().optional(),
});
const Document = z.looseObject({
  minified: z.string().optional(),
  packages: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
});

export type Dist = z.infer<typeof Dist>;

/** A version that can be fetched. */
export interface Release {
  readonly version: string;
  readonly publishedAt: number | null;
  readonly dist: Dist;
  /** As the repository has it, whole. */
  readonly entry: Readonly<Record<string, unknown>>;
}

const most = 20_000;

/** The versions of a package that have a file. Throws `Refused` where the document is none of this package. */
export function readReleases(text: string, name: string): readonly Release[] {
  const read = Document.safeParse(parseJson(text));
  const listed = read.success ? read.data.packages[name] : undefined;
  if (!read.success || listed === undefined || listed.length > most)
    throw new Refused(422, `The registry's answer about ${name} is no list of its versions.`);
  const whole = read.data.minified === "composer/2.0" ? unminified(listed) : listed;
  return whole.flatMap((entry): Release[] => {
    const version = Version.safeParse(entry).data;
    const dist = Dist.safeParse(version?.dist).data;
    const isZip = dist !== undefined && ["zip", "tar"].includes(dist.type);
    if (version === undefined || !isZip || !isPlainVersion(version.version)) return [];
    return [{ version: version.version, publishedAt: timeIn(version.time), dist, entry }];
  });
}

/** Each entry says only in what it differs from the one before; `__unset` takes a key away. */
function unminified(
  listed: readonly Readonly<Record<string, unknown>>[],
): readonly Readonly<Record<string, unknown>>[] {
  let whole: Record<string, unknown> = {};
  return listed.map((difference) => {
    whole = { ...whole, ...difference };
    for (const [key, value] of Object.entries(difference)) if (value === "__unset") delete whole[key];
    return whole;
  });
}
