// Where a story keeps its folder: in memory where the machine has room, since hundreds of stores would wait for one disk.
import { readFile, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";

const memory = "/dev/shm";

/** More than all stories of two workers ever have at once, and than the App keeps free on any disk. */
const roomyBytes = 4 * 1024 ** 3;

/**
 * The folder beneath which a story makes its own. `inContainers` says that runs may be containers, whose limits of memory would
 * count what they write there.
 */
export async function placeOfStories(inContainers: boolean): Promise<string> {
  return !inContainers && (await isSuitable()) ? memory : tmpdir();
}

/** A file system in memory, with room, on which programs may be run: the forge's repositories have hooks. */
async function isSuitable(): Promise<boolean> {
  const mounts = await readFile("/proc/mounts", "utf8").catch(() => "");
  const [, , kind, options = ""] =
    mounts
      .split("\n")
      .map((line) => line.split(" "))
      .find(([, at]) => at === memory) ?? [];
  if (kind !== "tmpfs" || !/^rw\b/.test(options) || options.split(",").includes("noexec")) return false;
  const { bavail, bsize } = await statfs(memory);
  return bavail * bsize >= roomyBytes;
}
