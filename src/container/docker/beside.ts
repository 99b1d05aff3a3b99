// The services of a run: started one after the other, each waited for until it is ready, and looked at again when the run ends.
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { assert } from "../../base/assert.ts";
import { Fault, toFault } from "../../base/fault.ts";
import { type RunRequest, type Service, type ServiceEnd, ServiceFault } from "../run.ts";
import type { ContainerSpec } from "../spec/body.ts";
import { type Attachment, attach } from "./attach.ts";
import { createContainer } from "./create.ts";
import { isGone } from "./errors.ts";
import { inspectOrNull } from "./inspect.ts";
import { waitToStop } from "./wait.ts";

/** How much of a service's output is kept: half from its beginning, half from its end. */
const LOG_BYTES = 16 * 1024;

/** Between two questions to the engine about a command that it runs, and between two tries of one. */
const PAUSE_MS = 100;

/** So long a service must have run that says by nothing whether it is ready. */
const SETTLE_MS = 1_000;

/** One service beside a run. */
export interface Standing {
  readonly name: string;
  readonly container: Docker.Container;
  readonly attachment: Attachment;
}

/** What it takes to start the services of a run. */
export interface ServiceParts {
  readonly docker: Docker;
  readonly request: RunRequest;
  /** Of all containers of the run; the services start in this order. */
  readonly specs: readonly ContainerSpec[];
  /** Runs already in the namespace that they join, and can tell what listens there. */
  readonly relay: Docker.Container;
  /** The relay's program and its first arguments. */
  readonly program: readonly string[];
  /** Hears of each container as soon as it is there. */
  readonly made: (one: Standing) => void;
  /** Nobody waits for them any more. */
  readonly signal: AbortSignal;
}

/**
 * Starts all of them, each once the one before is ready. Throws a `ServiceFault` where one cannot start, ends or takes too long, and
 * any other `Fault` where the engine fails; what was made is left to whoever heard of it.
 */
export async function startServices(parts: ServiceParts): Promise<readonly Standing[]> {
  const standing: Standing[] = [];
  for (const spec of parts.specs.filter(({ part }) => part === "service")) {
    const service = parts.request.services?.find(({ name }) => name === spec.body.Labels["loopgate.service"]);
    assert(service, "a service's container is of a service that was asked for");
    const container = await createContainer(parts.docker, spec);
    const one = { name: service.name, container, attachment: await attach(container, LOG_BYTES) };
    parts.made(one);
    standing.push(one);
    await start(one);
    await untilReady(parts, service, portsOf(spec), one);
  }
  return standing;
}

/** A service that an earlier process started, running or not; what it said before is lost. */
export async function standAgain(name: string, container: Docker.Container): Promise<Standing> {
  return { name, container, attachment: await attach(container, LOG_BYTES) };
}

/** The services that have ended, asked when their run is over and they are not yet. An engine that does not answer tells of none. */
export async function endedServices(services: readonly Standing[]): Promise<readonly ServiceEnd[]> {
  const ended = await Promise.all(services.map((one) => endOf(one).catch(() => null)));
  return ended.filter((one) => one !== null);
}

/** The ports of the image as the service's container has them in a label. */
function portsOf({ body }: ContainerSpec): readonly string[] {
  return body.Labels["loopgate.ports"]?.split(",").filter(Boolean) ?? [];
}

/** An engine's refusal is about this service; an engine that is not there is not. */
async function start({ name, container }: Standing): Promise<void> {
  try {
    await container.start();
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === undefined)
      throw toFault(error, `Could not start the service ${name}`);
    throw new ServiceFault(name, `The service ${name} could not be started: ${(error as Error).message}`);
  }
}

async function untilReady(
  parts: ServiceParts,
  service: Service,
  ports: readonly string[],
  one: Standing,
): Promise<void> {
  const { name, ready, readyMs } = service;
  const until = performance.now() + readyMs;
  const left = () => Math.max(0, Math.round(until - performance.now()));
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, parts.signal]);
  const ended = waitToStop(one.container).then(
    () => "ended" as const,
    (error) => (isGone(error) ? ("ended" as const) : new Promise<never>(() => {})), // the engine's own trouble shows elsewhere
  );
  const asked = async () => {
    if (ready === null && ports.length === 0) {
      await delay(SETTLE_MS); // nothing to ask: it shall at least have begun
      return "ready" as const;
    }
    while (left() > 0 && !signal.aborted) {
      const code =
        ready === null
          ? await runIn(parts.relay, [...parts.program, "probe", String(left()), ...ports], left() + 5_000, signal)
          : await runIn(one.container, ["/bin/sh", "-c", ready], left(), signal);
      if (code === 0) return "ready" as const;
      await delay(PAUSE_MS);
    }
    return "late" as const;
  };
  try {
    const came = await Promise.race([asked().then(async (said) => ((await hasEnded(one)) ? "ended" : said)), ended]);
    if (came === "ready") return;
    if (parts.signal.aborted) throw new Fault("The run was called off.", { kind: "engine", retry: "later" });
    await one.attachment.ended(came === "ended" ? 1_000 : 0);
    const log = one.attachment.log.text();
    if (came === "late") throw new ServiceFault(name, lateWords(service, ports), log);
    throw new ServiceFault(name, endWords(name, await endOf(one), service.memoryBytes), log);
  } finally {
    over.abort();
  }
}

/** Whatever else answered in its place, such as a service on the same port. */
async function hasEnded(one: Standing): Promise<boolean> {
  return (await endOf(one)) !== null;
}

function lateWords({ name, ready, readyMs }: Service, ports: readonly string[]): string {
  const seconds = Math.round(readyMs / 1000);
  const what =
    ready === null
      ? `port ${ports.join(" and port ")} did not take connections`
      : `\`${ready.slice(0, 200)}\` did not succeed in it`;
  return `The service ${name} was not ready within ${seconds} s: ${what}.`;
}

function endWords(name: string, end: ServiceEnd | null, memoryBytes: number): string {
  const mebibytes = Math.round(memoryBytes / 1024 / 1024);
  const how = end?.oomKilled
    ? `it ran out of memory; it may use ${mebibytes} MiB`
    : end?.exitCode === null || end === null
      ? "it was taken away"
      : `it ended with exit code ${end.exitCode}`;
  return `The service ${name} did not get ready: ${how}.`;
}

/** How it ended; null while it runs. */
async function endOf({ name, container, attachment }: Standing): Promise<ServiceEnd | null> {
  const info = await inspectOrNull(container);
  if (info?.State.Running) return null;
  const log = attachment.log.text();
  return { name, exitCode: info?.State.ExitCode ?? null, oomKilled: info?.State.OOMKilled ?? false, log };
}

/** Runs a command in a container that runs; its exit code, or null where it did not end within `ms` or could not begin. */
async function runIn(
  container: Docker.Container,
  Cmd: readonly string[],
  ms: number,
  signal: AbortSignal,
): Promise<number | null> {
  const until = performance.now() + ms;
  try {
    const exec = await container.exec({ Cmd: [...Cmd], AttachStdout: false, AttachStderr: false });
    await exec.start({ Detach: true });
    while (performance.now() < until && !signal.aborted) {
      const { Running, ExitCode } = await exec.inspect();
      if (!Running) return ExitCode;
      await delay(PAUSE_MS);
    }
  } catch {
    // the container ended meanwhile, or has no shell: it is not ready
  }
  return null;
}
