// How images are built for whoever starts runs here: from commits of a kept repository, with packages of the system where the operator names archives.
import type { BuildParts, ContextOf } from "../container/docker/fetch/build.ts";
import { folderAt } from "../gateway/git/archive.ts";
import { type BuildDoorParts, openBuildDoor } from "../runs/build-door.ts";
import type { Settings } from "../settings.ts";

/** The parts of a builder, as the runtime takes them; absent where the operator lets none be built. */
export function buildsOf(
  settings: Pick<Settings, "build"> | null,
  doors: Omit<BuildDoorParts, "registries"> & Partial<Pick<BuildDoorParts, "registries">>,
): { readonly build?: BuildParts } {
  if (settings?.build === undefined) return {};
  const { registries, ...parts } = doors;
  const door: BuildParts["door"] = registries && ((of, name) => openBuildDoor({ ...parts, registries }, of, name));
  return { build: { ...settings.build, contextOf, ...(door === undefined ? {} : { door }) } };
}

const contextOf: ContextOf = ({ gitDir, commit, context }) => folderAt(gitDir, commit, context);
