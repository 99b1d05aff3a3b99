// The services of a loop's runs, as the runtime is asked for them, and what becomes of a run that lacks one.
import { maskCredentials } from "../base/credentials.ts";
import type { ImageChoice, RunRequest, Runtime, Service, ServiceEnd, ServiceFault } from "../container/run.ts";
import type { Clock, StartedRun } from "../engine/ports.ts";
import type { Rules } from "../loop/state.ts";
import { unseenIsolation } from "./isolation.ts";

/** How long each may take to get ready. */
const readyMs = 120_000;

/** What policy puts beside every run, where it names anything; `image` turns its references into what the runtime starts. */
export function servicesIn(
  { environment }: Pick<Rules, "environment">,
  image: (reference: string) => ImageChoice,
): Pick<RunRequest, "services"> {
  const all = environment?.services ?? [];
  if (all.length === 0) return {};
  const services = all.map(({ command = null, ready = null, ...one }): Service => {
    return { ...one, image: image(one.image), command, ready, readyMs };
  });
  return { services };
}

/** A run that never started, since a service did not get ready: told as a run that ended so. */
export function lackingService(
  { clock, runtime }: { readonly clock: Clock; readonly runtime: Runtime },
  { service, message, log: said }: Pick<ServiceFault, "service" | "message" | "log">,
): StartedRun {
  const endedAt = clock.now();
  const log =
    said === "" ? `loopgate: the service ${service} said nothing\n` : `loopgate: the service ${service} said\n${said}`;
  const report = {
    exitCode: null,
    endedAt,
    log,
    note: message,
    trouble: "service",
    result: null,
    pushed: null,
  } as const;
  return {
    startedAt: endedAt,
    isolation: unseenIsolation(runtime),
    done: Promise.resolve({ ...report, status: "failed" }),
  };
}

/** Services that ended while their run went on, each in a few words with the last line that it wrote. */
export function lostWords(ends: readonly ServiceEnd[] | undefined): readonly string[] {
  return (ends ?? []).map(({ name, exitCode, oomKilled, log }) => {
    const how = oomKilled ? "out of memory" : exitCode === null ? "taken away" : `exit code ${exitCode}`;
    const last = maskCredentials(log.trimEnd().split("\n").at(-1)?.trim() ?? "").slice(0, 200);
    return `the service ${name} (${how})${last === "" ? "" : `: ${last}`}`;
  });
}
