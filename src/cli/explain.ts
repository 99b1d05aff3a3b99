// `loopgate explain --spec`: prints the containers a run would be, and what the guard says of them, and starts nothing.
import { join } from "node:path";
import { openEngine } from "../container/docker/engine.ts";
import { readEngineInfo } from "../container/docker/engine-info.ts";
import type { ResolvedImage } from "../container/docker/image.ts";
import { imageResolver } from "../container/docker/image.ts";
import { readContainerEntry } from "../container/docker/launch.ts";
import { planToolchain, readHostToolchain, TOOLCHAIN_NODE, TOOLCHAIN_RELAY } from "../container/docker/toolchain.ts";
import { chooseRunUser } from "../container/docker/user.ts";
import { DEFAULT_LIMITS, GATEWAY_PORT, type Role, type RunRequest } from "../container/run.ts";
import type { ContainerSpec } from "../container/spec/body.ts";
import { refusals } from "../container/spec/guard.ts";
import { SECCOMP_OPTION } from "../container/spec/seccomp.ts";
import { compileAgent, compileRelay, type SpecParts } from "../container/spec/spec.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage.ts";

const ROLES: readonly Role[] = ["executor", "reviewer", "check"];

export interface ExplainOptions {
  /** Null: all of them. */
  readonly role: string | null;
  /** An image by name; null: the host's own toolchain. */
  readonly image: string | null;
  readonly json: boolean;
}

/** One spec and the guard's word on it. */
interface Explained {
  readonly role: Role;
  readonly spec: ContainerSpec;
  readonly refused: readonly string[];
}

/** What stands for an image that no engine has looked up. */
const UNRESOLVED = `sha256:${"0".repeat(64)}`;

/** 0 when the guard accepts every spec, 1 otherwise. */
export async function explainSpecs(options: ExplainOptions, { env, out }: Terminal): Promise<number> {
  const roles = options.role === null ? ROLES : ROLES.filter((role) => role === options.role);
  if (roles.length === 0) throw new UsageError(`unknown role ${options.role}; the roles are ${ROLES.join(", ")}`);
  const dataDir = env.LOOPGATE_DATA ?? "/var/lib/loopgate";
  const { parts, runtimes } = await readParts(options.image, env);
  const entry = await readContainerEntry();
  const explained = roles.flatMap((role) =>
    compileRole(aRequest(role, dataDir), parts, entry).map((spec) => {
      const toolchain = parts.image.mounts;
      return {
        role,
        spec,
        refused: refusals(spec, { roots: [dataDir], tools: null, toolchain, runtimes, podman: parts.host.podman }),
      };
    }),
  );
  const resolved = parts.image.id !== UNRESOLVED;
  out(options.json ? `${JSON.stringify({ resolved, specs: explained }, null, 2)}\n` : asText(explained, resolved));
  return explained.every(({ refused }) => refused.length === 0) ? 0 : 1;
}

/** An engine that answers says what its specs depend on; without one, the same of this machine. */
async function readParts(reference: string | null, env: Terminal["env"]) {
  const user = chooseRunUser(process.getuid?.() ?? 1, process.getgid?.() ?? 1);
  const engine = await openEngine({ env, mayStart: false });
  if (engine === null) {
    const image = reference === null ? await toolchainUnresolved(user) : { ...nothingKnown, reference };
    const host = { cpus: Number.POSITIVE_INFINITY, apparmor: false, filter: true, podman: false };
    return { parts: { image, user, instance: "explain", tools: null, host }, runtimes: [] };
  }
  const host = await readEngineInfo(engine.docker);
  const choice = reference === null ? ({ kind: "toolchain" } as const) : ({ kind: "named", reference } as const);
  const image =
    choice.kind === "named" ? await imageResolver(engine.docker, user)(choice) : await toolchainUnresolved(user);
  return { parts: { image, user, instance: "explain", tools: null, host }, runtimes: host.runtimes };
}

const nothingKnown = { id: UNRESOLVED, digest: null, mounts: [], env: {} };

/** Looking the toolchain image up would make it, and nothing is to be made here. */
async function toolchainUnresolved(user: SpecParts["user"]): Promise<ResolvedImage> {
  const { reference, mounts, env } = planToolchain(await readHostToolchain(), user);
  return { ...nothingKnown, reference, mounts, env };
}

/** A run as the engine would ask for it, in folders that do not exist. */
function aRequest(role: Role, dataDir: string): RunRequest {
  const id = `12-example-1-${role}-1`;
  return {
    id,
    loop: "12-example",
    attempt: 1,
    role,
    epoch: 1,
    image: { kind: "toolchain" },
    command: ["agent"],
    workspaceDir: join(dataDir, "runs", id, "workspace"),
    objectsDir: join(dataDir, "objects", "1", "objects"),
    loopDir: join(dataDir, "runs", id, "loop"),
    gatewaySocket: role === "check" ? null : join(dataDir, "sockets", id, "gateway.sock"),
    env: { LOOP_BRANCH: "loop/12-example" },
    limits: DEFAULT_LIMITS,
  };
}

function compileRole(request: RunRequest, parts: SpecParts, entry: string): readonly ContainerSpec[] {
  const agent = compileAgent(request, parts, entry);
  if (request.gatewaySocket === null) return [agent];
  const socket = { folder: join(request.gatewaySocket, ".."), file: "gateway.sock" };
  return [agent, compileRelay(request, { ...parts, command: [TOOLCHAIN_NODE, TOOLCHAIN_RELAY] }, socket)];
}

function asText(explained: readonly Explained[], resolved: boolean): string {
  const parts = explained.map(({ role, spec, refused }) => {
    const verdict = refused.length === 0 ? "accepts it" : `REFUSES it: ${refused.join(", ")}`;
    return `# ${role}, ${spec.part}: ${spec.name}\n# The guard ${verdict}.\n${readable(spec)}\n`;
  });
  const image = resolved ? "" : "# The image was not looked up: its id stands as zeros.\n";
  return `${image}# Nothing was started. The gateway would answer on 127.0.0.1:${GATEWAY_PORT} inside.\n\n${parts.join("\n")}`;
}

/** Two long texts are named instead of shown; --json shows them. */
function readable({ body }: ContainerSpec): string {
  const SecurityOpt = body.HostConfig.SecurityOpt.map((option) =>
    option === SECCOMP_OPTION ? "seccomp=(src/container/spec/seccomp.ts)" : option,
  );
  const Entrypoint = body.Entrypoint.map((text) =>
    text.includes("\n") ? "(src/container/observe.sh, then src/container/entry.sh)" : text,
  );
  return JSON.stringify({ ...body, Entrypoint, HostConfig: { ...body.HostConfig, SecurityOpt } }, null, 2);
}
