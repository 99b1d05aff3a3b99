// Where a run's environment comes from: the policy itself, or the repository's own files in their order, with what was found and what was not used.
import type { Policy } from "../schema.ts";
import { serviceInCompose } from "./compose.ts";
import { readCopilotSteps } from "./copilot.ts";
import { readDevcontainer } from "./devcontainer.ts";
import { type Found, type FoundBuild, type FoundRead, type FoundService, named } from "./found.ts";

/** Files of the repository at the base, by path; null: there, but no text that can be read whole. Absent: not there. */
export type RepositoryFiles = ReadonlyMap<string, string | null>;

interface Source {
  readonly path: string;
  readonly read: (text: string) => FoundRead;
}

/** Files that are looked for, the first that can be used first. */
const firstSources: readonly Source[] = [
  { path: ".devcontainer/devcontainer.json", read: (text) => readDevcontainer(text, ".devcontainer") },
  { path: ".devcontainer.json", read: (text) => readDevcontainer(text, "") },
];
const lastSources: readonly Source[] = [
  { path: ".github/workflows/copilot-setup-steps.yml", read: readCopilotSteps },
  { path: ".github/workflows/copilot-setup-steps.yaml", read: readCopilotSteps },
];

/** Devcontainers with a folder of their own, of which there may be several: https://containers.dev/implementors/spec/#devcontainerjson */
const apart = /^(\.devcontainer\/[^/]+)\/devcontainer\.json$/;

/** Where they would be, by the names of the folders below `.devcontainer`. */
export function devcontainersApart(folders: readonly string[]): readonly string[] {
  return folders.map((name) => `.devcontainer/${name}/devcontainer.json`);
}

/** The one that is there beside no other is as good as the only file; of several nobody says which is meant. */
function sourcesIn(files: RepositoryFiles): readonly Source[] {
  const found = [...files.keys()].flatMap((path) => {
    const folder = apart.exec(path)?.[1];
    return folder === undefined ? [] : [{ path, folder }];
  });
  const read = (text: string, folder: string): FoundRead =>
    found.length === 1
      ? readDevcontainer(text, folder)
      : { ok: false, why: ["a folder of its own beside others, and nothing says which is meant"] };
  const between = found.map(({ path, folder }) => ({ path, read: (text: string) => read(text, folder) }));
  return [...firstSources, ...between, ...lastSources];
}

/** Paths of the files that are looked for. */
export const environmentFiles: readonly string[] = [...firstSources, ...lastSources].map(({ path }) => path);

/** What the operator allows of what is found. */
export interface FindBounds {
  /** Images that may be named; empty: any. */
  readonly images: readonly string[];
  /** Most services and tool servers beside a run. */
  readonly services: number;
  /** Whether agents' programs are brought into every image, so that the repository's own will do. */
  readonly bringsPrograms: boolean;
  /** Whether images are built from Dockerfiles. */
  readonly builds: boolean;
}

/** What was found, for the thread. */
export interface FoundEnvironment {
  /** The file that it was taken from; absent: from none. */
  readonly from?: string;
  /** What its image is built from; absent: it is not. */
  readonly build?: FoundBuild;
  readonly left: readonly string[];
  readonly unused: readonly { readonly path: string; readonly why: readonly string[] }[];
}

export interface Completed {
  readonly policy: Policy;
  /** Absent: there was no file to look into, or policy says all by itself. */
  readonly found?: FoundEnvironment;
}

/** Whether the policy leaves it to the repository's own files. */
export function seeksEnvironment({ environment, agent }: Policy): boolean {
  return (
    environment.find &&
    environment.image === "" &&
    environment.dockerfile === "" &&
    environment.setup.length === 0 &&
    agent.image === ""
  );
}

/** The policy with what is found filled in; variables and services that the policy itself names stay as they are. */
export function completeEnvironment(policy: Policy, files: RepositoryFiles, bounds: FindBounds): Completed {
  if (!seeksEnvironment(policy)) return { policy };
  const unused: { path: string; why: readonly string[] }[] = [];
  for (const { path, read } of sourcesIn(files)) {
    const text = files.get(path);
    if (text === undefined) continue;
    const result = text === null && !apart.test(path) ? noText : read(text ?? "");
    const why = result.ok ? against(result.found, policy, bounds) : result.why;
    if (result.ok && why.length === 0) {
      const { build, left } = result.found;
      const found = { from: path, left, unused, ...(build === undefined ? {} : { build }) };
      return { policy: filled(policy, result.found), found };
    }
    unused.push({ path, why });
  }
  return unused.length === 0 ? { policy } : { policy, found: { left: [], unused } };
}

const noText: FoundRead = { ok: false, why: ["no text that can be read whole"] };

/** What the operator's bounds have against it, a few words each. */
function against(
  { image, services, build }: Found,
  policy: Policy,
  { images, services: most, bringsPrograms, builds }: FindBounds,
): string[] {
  const why: string[] = [];
  const used = [...(image === "" ? [] : [image]), ...Object.values(services).map((service) => service.image)];
  if (build !== undefined && !builds)
    why.push("`build`, and this App's operator lets no image be built from a repository (`LOOPGATE_DOCKERFILES`)");
  if ((image !== "" || build !== undefined) && !bringsPrograms)
    why.push("an image of its own, into which this App's operator brings no agents (`LOOPGATE_TOOLS`)");
  const closed = used.find((one) => images.length > 0 && !images.includes(one));
  if (closed !== undefined) why.push(`the image ${named(closed)}, which this App's operator does not allow`);
  const names = new Set([...Object.keys(services), ...Object.keys(policy.environment.services)]);
  const beside = names.size + Object.keys(policy.tools.servers).length;
  if (Object.keys(services).length > 0 && beside > most)
    why.push(`${beside} services, of which this App's operator allows ${most}`);
  return why;
}

function filled(policy: Policy, { image, env, setup, services }: Found): Policy {
  const { environment } = policy;
  const found = Object.fromEntries(Object.entries(services).map(([name, service]) => [name, asInPolicy(service)]));
  return {
    ...policy,
    environment: {
      ...environment,
      image,
      setup: [...setup],
      env: { ...env, ...environment.env },
      services: { ...found, ...environment.services },
    },
  };
}

type Service = Policy["environment"]["services"][string];

function asInPolicy(service: FoundService): Service {
  return { ...service, memory: "512 MiB" };
}

/** Paths of the Compose files that a policy names services of. */
export function composeFiles({ environment }: Policy): readonly string[] {
  return [...new Set(Object.values(environment.services).flatMap(({ compose }) => compose ?? []))];
}

export type WithServices =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly name: string; readonly message: string };

/**
 * The policy with each service that stands in a Compose file as that has it; what the policy itself says of one comes first. Where nobody
 * looked into the files, such services are left out.
 */
export function withComposeServices(policy: Policy, files: RepositoryFiles | undefined): WithServices {
  const services: Record<string, Service> = {};
  for (const [name, service] of Object.entries(policy.environment.services)) {
    if (service.compose === undefined) {
      services[name] = service;
      continue;
    }
    if (files === undefined) continue;
    const { compose, ...own } = service;
    const read = serviceInCompose(files.get(compose) ?? null, compose, name);
    if (!read.ok) return { ok: false, name, message: `\`environment.services.${name}\`: ${read.message}` };
    const { image, env, tmpfs, ...rest } = read.service;
    services[name] = {
      ...rest,
      ...own,
      image,
      env: { ...env, ...own.env },
      tmpfs: [...new Set([...tmpfs, ...own.tmpfs])].slice(0, 10),
    };
  }
  return { ok: true, policy: { ...policy, environment: { ...policy.environment, services } } };
}
