// Resolves the image of a run to its content address: a named one, or the host's own toolchain made into an image.
import type Docker from "dockerode";
import { Fault, toFault } from "../../base/fault.ts";
import type { UidRange } from "../../environment.ts";
import { byDigest, readImageName } from "../../policy/image-name.ts";
import { type ImageChoice, ImageFault } from "../run.ts";
import { isGone } from "./errors.ts";
import { type Builder, type BuildParts, builtLabel, imageBuilder, type Stand } from "./fetch/build.ts";
import { imagePuller, type Puller, type PullParts } from "./fetch/pull.ts";
import { planToolchain, readHostToolchain, type ToolchainPlan } from "./toolchain.ts";
import type { RunUser } from "./user.ts";

/** A bind mount that an image cannot do without, always read-only. */
export interface ImageMount {
  readonly source: string;
  readonly target: string;
}

/** An image that is there, by content. */
export interface ResolvedImage {
  /** As it was asked for. */
  readonly reference: string;
  /** `sha256:…`, what containers are created from. */
  readonly id: string;
  /** The registry's digest, where the image came from one. */
  readonly digest: string | null;
  readonly mounts: readonly ImageMount[];
  readonly env: Readonly<Record<string, string>>;
  /** What follows is of services only: folders that its containers write to, what it starts, where, and on which ports that listens. */
  readonly volumes?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly workingDir?: string;
  readonly ports?: readonly number[];
}

/** Answers which image a choice means; each toolchain is built once per engine. A service's own program is what its image starts. */
export type ImageResolver = (choice: ImageChoice, as?: "run" | "service") => Promise<ResolvedImage>;

/** Where images come from that are not there; absent: from nowhere. */
export interface ImageSources {
  readonly pull?: PullParts | undefined;
  readonly build?: BuildParts | undefined;
  /** Absent: no build has a door to packages. */
  readonly stand?: Stand;
  /** Absent: the engine is Docker's own. */
  readonly isPodman?: () => Promise<boolean>;
}

/**
 * A resolver for this engine. A missing image is pulled where the operator allows that, and else a `Fault` that says what to do. One that
 * declares volumes is a `Fault` of kind `refused` for a run: the engine would make them writable, on its own disk and without a limit. A
 * service has memory there.
 */
export function imageResolver(
  docker: Docker,
  user: RunUser,
  uids?: UidRange,
  { pull, build, stand, isPodman }: ImageSources = {},
): ImageResolver {
  let toolchain: Promise<ResolvedImage> | null = null;
  const source: Source = { docker, puller: pull === undefined ? undefined : imagePuller(docker, pull) };
  const baseOf = async (reference: string) => (await resolveNamed(source, { kind: "named", reference }, "service")).id;
  const builder = build === undefined ? null : imageBuilder(docker, build, baseOf, stand, isPodman);
  return (choice, as = "run") => {
    if (choice.kind === "named") return resolveNamed(source, choice, as);
    if (choice.kind === "built") return resolveBuilt(source, builder, choice, as);
    toolchain ??= resolveToolchain(docker, user, uids).catch((error) => {
      toolchain = null;
      throw error;
    });
    return toolchain;
  };
}

type NamedImage = Extract<ImageChoice, { kind: "named" }>;

/** Where images come from. */
interface Source {
  readonly docker: Docker;
  readonly puller: Puller | undefined;
}

async function resolveNamed(
  source: Source,
  { reference, pinned }: NamedImage,
  as: "run" | "service",
): Promise<ResolvedImage> {
  if (pinned !== undefined) return resolvePinned(source, { reference, pinned }, as);
  const found = await inspectOrPull(source, reference);
  if (found?.Config?.Labels?.[builtLabel] !== undefined) {
    throw new Fault(`The image ${reference} was built for a repository, and cannot be named by a policy.`, {
      kind: "refused",
      retry: "never",
    });
  }
  if (!found) {
    throw new Fault(
      `The image ${reference} is not on this machine. Pull it with the engine's own tool, or name another in the policy.`,
      { kind: "not_found", retry: "later" },
    );
  }
  if (as === "run") refuseVolumes(found, reference);
  const digest = digestOf(found, reference);
  return { reference, id: found.Id, digest, mounts: [], env: {}, ...(as === "run" ? {} : ownProgram(found)) };
}

function refuseVolumes({ Config }: Docker.ImageInspectInfo, reference: string): void {
  const volumes = Object.keys(Config?.Volumes ?? {});
  if (volumes.length === 0) return;
  throw new Fault(
    `The image ${reference} declares volumes (${volumes.join(", ").slice(0, 200)}), where a run could write past its limits. No run is started from it; build it without VOLUME.`,
    { kind: "refused", retry: "never" },
  );
}

/** The one that the loop's earlier runs had where it is kept, else one of the same content. */
async function resolveBuilt(
  { docker }: Source,
  builder: Builder | null,
  { reference, build, pinned }: Extract<ImageChoice, { kind: "built" }>,
  as: "run" | "service",
): Promise<ResolvedImage> {
  const before = pinned === undefined ? null : await inspectImage(docker, pinned.id);
  const isOwn = before?.Config?.Labels?.[builtLabel]?.startsWith(`${build.repositoryId}/`) === true;
  if (!isOwn && builder === null) {
    throw new ImageFault("No image is built from a Dockerfile here (`LOOPGATE_DOCKERFILES`), so the run has none.");
  }
  const found = isOwn ? before : await inspectImage(docker, (await builder?.build(build)) ?? "");
  if (found === null) throw new ImageFault(`The image of ${reference} went as soon as it was built.`);
  if (as === "run") refuseVolumes(found, reference);
  return { reference, id: found.Id, digest: null, mounts: [], env: {}, ...(as === "run" ? {} : ownProgram(found)) };
}

/** What the image starts by itself, where it writes, and on which TCP ports it listens. */
function ownProgram({ Config }: Docker.ImageInspectInfo) {
  const { Entrypoint, Cmd, Volumes, WorkingDir, ExposedPorts } = Config ?? {};
  return {
    entrypoint: typeof Entrypoint === "string" ? [Entrypoint] : (Entrypoint ?? []),
    command: Cmd ?? [],
    volumes: Object.keys(Volumes ?? {}),
    workingDir: WorkingDir ?? "",
    ports: Object.keys(ExposedPorts ?? {}).flatMap((port) =>
      /^\d+(?:\/tcp)?$/.test(port) ? [Number.parseInt(port, 10)] : [],
    ),
  };
}

/** What is there by this name, or is once it is pulled; null: it is not, and may not be pulled. Throws as `Puller.pull`. */
async function inspectOrPull({ docker, puller }: Source, reference: string): Promise<Docker.ImageInspectInfo | null> {
  const there = await inspectImage(docker, reference);
  if (there !== null || !puller?.may(reference)) return there;
  await puller.pull(reference);
  return inspectImage(docker, reference);
}

/** The registry's digest, of the name's own repository where the image is known by several. */
function digestOf({ RepoDigests }: Docker.ImageInspectInfo, reference: string): string | null {
  const name = readImageName(reference);
  const isOwn = (known: string) => {
    const other = readImageName(known);
    return name !== null && other?.registry === name.registry && other.repository === name.repository;
  };
  const all = RepoDigests ?? [];
  return (all.find(isOwn) ?? all[0])?.split("@")[1] ?? null;
}

/** By its content, and where another machine's copy of it has another id, by the registry's digest. */
async function resolvePinned(
  source: Source,
  { reference, pinned: { id, digest } }: Required<Pick<NamedImage, "reference" | "pinned">>,
  as: "run" | "service",
): Promise<ResolvedImage> {
  const name = readImageName(reference);
  const exact = digest === null || name === null ? null : byDigest(name, digest);
  const found = (await inspectImage(source.docker, id)) ?? (exact && (await inspectOrPull(source, exact)));
  if (found)
    return { reference, id: found.Id, digest, mounts: [], env: {}, ...(as === "run" ? {} : ownProgram(found)) };
  throw new Fault(
    `The image ${reference} was ${id} when it was first used here, and this machine does not have that any more. Pull or load it again, or name another image in the policy.`,
    { kind: "not_found", retry: "later" },
  );
}

async function resolveToolchain(docker: Docker, user: RunUser, uids?: UidRange): Promise<ResolvedImage> {
  const plan = planToolchain(await readHostToolchain(), user, uids);
  const found = (await inspectImage(docker, plan.reference)) ?? (await importToolchain(docker, plan));
  return { reference: plan.reference, id: found.Id, digest: null, mounts: plan.mounts, env: plan.env };
}

async function importToolchain(docker: Docker, plan: ToolchainPlan): Promise<Docker.ImageInspectInfo> {
  try {
    // The tag goes with the name: Podman does not read it apart.
    const progress = await docker.importImage(plan.archive as unknown as string, { repo: plan.reference });
    for await (const _ of progress) {
      // the stream's end is the answer
    }
  } catch (error) {
    throw toFault(error, `Could not import the toolchain image ${plan.reference}`);
  }
  const found = await inspectImage(docker, plan.reference);
  if (found) return found;
  throw new Fault(`The engine imported the toolchain image ${plan.reference} but does not have it.`, {
    kind: "engine",
    retry: "never",
  });
}

async function inspectImage(docker: Docker, reference: string): Promise<Docker.ImageInspectInfo | null> {
  try {
    return await docker.getImage(reference).inspect();
  } catch (error) {
    if (isGone(error)) return null;
    throw toFault(error, `Could not look up the image ${reference}`);
  }
}
