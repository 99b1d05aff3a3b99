// What an image's name means: which registry, which repository there, and what of it.

/** An image's name in full. */
export interface ImageName {
  /** `docker.io` where the name has none. */
  readonly registry: string;
  /** The folder of official images included: `library/postgres`. */
  readonly repository: string;
  /** `latest` where neither is said; null where a digest stands alone. */
  readonly tag: string | null;
  readonly digest: string | null;
}

/** https://github.com/distribution/reference: the parts of a name, none of which leads anywhere but into a registry's own list. */
const host = /^(?:(?!-)[A-Za-z0-9-]+(?:\.(?!-)[A-Za-z0-9-]+)*|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;
const path = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/;
const whole = /^(?<name>[^@]*?)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

/** The name read as the engine reads it; null where it is none. */
export function readImageName(reference: string): ImageName | null {
  const { name = "", tag, digest } = whole.exec(reference)?.groups ?? {};
  const [first = "", ...rest] = name.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase());
  const registry = isHost ? first : "docker.io";
  const plain = isHost ? rest.join("/") : name;
  const official = isOfDockerHub(registry) && !plain.includes("/");
  const repository = official ? `library/${plain}` : plain;
  if (name.length > 255 || !host.test(registry) || !path.test(repository)) return null;
  const known = isOfDockerHub(registry) ? "docker.io" : registry.toLowerCase();
  return { registry: known, repository, tag: tag ?? (digest === undefined ? "latest" : null), digest: digest ?? null };
}

function isOfDockerHub(registry: string): boolean {
  return ["docker.io", "index.docker.io"].includes(registry.toLowerCase());
}

/** The same image by its content. */
export function byDigest({ registry, repository }: ImageName, digest: string): string {
  return `${registry}/${repository}@${digest}`;
}

/** Whether the operator's list has the repository: by its whole name, or below a folder of a registry, as in `ghcr.io/ours/*`. */
export function isListed(name: ImageName, list: readonly string[]): boolean {
  const full = `${name.registry}/${name.repository}`;
  return list.some((pattern) => {
    if (pattern.endsWith("/*")) return full.startsWith(fullFolder(pattern.slice(0, -1)));
    const read = readImageName(pattern);
    return read !== null && `${read.registry}/${read.repository}` === full;
  });
}

/** A folder of a registry as in a full name; ends with a slash. */
function fullFolder(folder: string): string {
  const [first = ""] = folder.split("/");
  const isHost = /[.:]/.test(first) || first === "localhost";
  return isHost ? folder.replace(/^index\.docker\.io\//, "docker.io/") : `docker.io/${folder}`;
}

/** What is wrong with an entry of that list, as the end of a sentence; null where nothing is. */
export function listedProblem(pattern: string): string | null {
  const name = readImageName(pattern.endsWith("/*") ? `${pattern.slice(0, -1)}one` : pattern);
  const isWhole = name !== null && name.digest === null && !/:[^/]*$/.test(pattern.replace(/^[^/]*\//, ""));
  return isWhole
    ? null
    : "is neither a repository of images, such as ghcr.io/ours/tools, nor a folder of them, such as ghcr.io/ours/*";
}
