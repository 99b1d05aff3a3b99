// Where attacks are tried: one run as the runtime makes it, and the same run with a guard taken away.
import { randomUUID } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { dockerRuntime } from "../../../src/container/docker/docker.ts";
import type { Engine } from "../../../src/container/docker/engine.ts";
import { readEngineInfo } from "../../../src/container/docker/engine-info.ts";
import { imageResolver } from "../../../src/container/docker/image.ts";
import {
  compile,
  type LaunchPad,
  launch,
  readContainerEntry,
  settleFolders,
} from "../../../src/container/docker/launch.ts";
import { removeContainer } from "../../../src/container/docker/remove.ts";
import {
  DEFAULT_LIMITS,
  type Limits,
  type RunOutcome,
  type RunRequest,
  type Runtime,
} from "../../../src/container/run.ts";
import type { ContainerSpec } from "../../../src/container/spec/body.ts";
import { refusals } from "../../../src/container/spec/guard.ts";
import type { UidRange } from "../../../src/environment.ts";
import { forgetting } from "../../container/forgetting.ts";
import { USER } from "../own-runtime.ts";

/** The engine's create call, loosened at will. */
// biome-ignore lint/suspicious/noExplicitAny: a weakened body is meant to say what the spec's type forbids.
export type Weaken = (body: any) => any;

export interface Arena {
  readonly folder: string;
  readonly workspace: string;
  readonly out: string;
  request(changes?: Partial<Omit<RunRequest, "limits">> & { readonly limits?: Partial<Limits> }): RunRequest;
}

/** Fresh folders for one run; everything made so is removed after the tests around. */
export function makeArena(): Arena {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "lg-escape-")));
  afterAllOnce(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => join(folder, name);
  for (const name of ["workspace", "loop/out", "objects", "gateway"]) mkdirSync(at(name), { recursive: true });
  writeFileSync(at("loop/brief.md"), "Fix the addition.\n");
  cpSync(new URL("./probes", import.meta.url), at("workspace/probes"), { recursive: true });
  return {
    folder,
    workspace: at("workspace"),
    out: at("loop/out"),
    request: ({ limits, ...changes } = {}) => ({
      id: `escape-${randomUUID().slice(0, 8)}`,
      loop: "escape",
      attempt: 1,
      role: "check",
      epoch: 1,
      image: { kind: "toolchain" },
      command: "true",
      workspaceDir: at("workspace"),
      objectsDir: at("objects"),
      loopDir: at("loop"),
      gatewaySocket: null,
      env: {},
      ...changes,
      limits: { ...DEFAULT_LIMITS, deadlineMs: 60_000, logBytes: 4 * 1024 * 1024, ...limits },
    }),
  };
}

const cleanups: (() => void)[] = [];

function afterAllOnce(cleanup: () => void): void {
  cleanups.push(cleanup);
}

/** To be called once in the test file: removes every arena. */
export function removeArenas(): void {
  afterAll(() => {
    for (const cleanup of cleanups.splice(0)) cleanup();
  });
}

/** The run exactly as the App makes it. */
export async function runGuarded(engine: Engine, arena: Arena, request: RunRequest): Promise<RunOutcome> {
  return (await runtimeOf(engine, arena).start(request)).done;
}

/** The runtime as the App has it, for runs in this arena. */
export function runtimeOf(engine: Engine, arena: Pick<Arena, "folder">, uids?: UidRange): Runtime {
  return forgetting(dockerRuntime({ ...pieces(engine), roots: [arena.folder], ...(uids && { uids }) }));
}

export interface WeakRun {
  readonly log: string;
  readonly exitCode: number;
  /** What the guard would have said, by name. */
  readonly refused: readonly string[];
}

/** The same run with `weaken` applied behind the guard's back; nothing of the host watches over it but a time limit. */
export async function runWeakened(engine: Engine, arena: Arena, request: RunRequest, weaken: Weaken): Promise<WeakRun> {
  const pad = await makePad(engine, arena);
  const settled = await settleFolders(request, USER);
  const specs = (await compile(settled, pad)).map((spec) => weakenedSpec(spec, weaken));
  const allowed = { roots: pad.roots, tools: null, toolchain: [], runtimes: [], podman: false };
  const refused = specs.flatMap((spec) => refusals(spec, allowed));
  const { agent, relay, attachment } = await launch(specs, settled, pad, undefined, undefined, () => {});
  const limit = setTimeout(() => void agent.kill().catch(() => {}), request.limits.deadlineMs);
  try {
    const { StatusCode } = await agent.wait();
    await attachment.ended(2_000);
    return { log: attachment.log.text(), exitCode: StatusCode, refused };
  } finally {
    clearTimeout(limit);
    await Promise.all([agent, relay].map((one) => one && removeContainer(one)));
  }
}

async function makePad(engine: Engine, arena: Arena): Promise<LaunchPad> {
  const { docker, user, relay, instance } = pieces(engine);
  const images = imageResolver(docker, user);
  const info = await readEngineInfo(docker);
  const entry = await readContainerEntry();
  return { docker, user, relay, instance, images, engine: info, entry, roots: [arena.folder], tools: null };
}

function pieces({ docker }: Engine) {
  return { docker, user: USER, relay: { kind: "toolchain" }, instance: "escape" } as const;
}

function weakenedSpec(spec: ContainerSpec, weaken: Weaken): ContainerSpec {
  return spec.part === "agent" ? { ...spec, body: weaken(spec.body) } : spec;
}

/** A change to the part of the create call that isolates. */
export function host(changes: Readonly<Record<string, unknown>>, top: Readonly<Record<string, unknown>> = {}): Weaken {
  return (body) => ({ ...body, ...top, HostConfig: { ...body.HostConfig, ...changes } });
}
