// The key of a set-up: whatever its result depends on, in one hash.
import { createHash } from "node:crypto";

/** What a set-up is made from. Two repositories never share one, whatever else is equal. */
export interface SetUpSource {
  readonly repositoryId: number;
  /** The image by content. */
  readonly image: string;
  readonly commands: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** Each file that is part of the key, by its object id; a file that policy names and that is not there has none. */
  readonly files: readonly { readonly path: string; readonly id: string }[];
  /** The tree of an agent's own commit, or the base's commit where no file says what is depended on. Null: the files say it all. */
  readonly tree: string | null;
  readonly platform: string;
  /** What policy says of the packages it may fetch; null: it may fetch none. */
  readonly packages: object | null;
}

/** Grows whenever entries of earlier versions are not to be taken. */
const version = 3;

/** 64 hexadecimal digits. */
export function keyOf({
  repositoryId,
  image,
  commands,
  variables,
  files,
  tree,
  platform,
  packages,
}: SetUpSource): string {
  const sorted = Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1));
  const listed = files.map(({ path, id }) => [path, id]);
  const fetched = packages === null ? [] : [packages]; // keys without a registry are what they were before there was one
  const parts = [version, repositoryId, image, commands, sorted, listed, tree, platform, ...fetched];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
