// What is the same and what differs between a run and its repetition.
import { isDeepStrictEqual } from "node:util";
import type { ContainerSpec } from "../container/spec/body.ts";
import { readOverlay } from "../container/spec/overlay.ts";
import type { RecordedOrder } from "./provenance.ts";
import type { Repeated } from "./rerun.ts";
import { roleOf } from "./role.ts";

/** One point of comparison. `same` is null where one side is not known, or where a difference means nothing. */
export interface Compared {
  readonly what: "image" | "agent" | "spec" | "exit" | "tree" | "answer" | "tokens" | "cost" | "ready";
  readonly same: boolean | null;
  readonly was: string;
  readonly now: string;
}

const unknown = "not known";

/** Every point, in a fixed order: first what it was made of, then what it came to, then what it took. */
export function compareRuns({ was, now }: Repeated): readonly Compared[] {
  const { role } = was.order.order;
  const result: Compared =
    role === "executor"
      ? of("tree", was.end && (was.end.tree ?? "nothing pushed"), now.end.tree ?? "nothing pushed")
      : of("answer", was.end && (was.end.result ?? "none"), now.end.result ?? "none");
  return [
    of("image", was.order.image?.id ?? "none", now.order.image?.id ?? "none"),
    of("agent", agentOf(was.order, was.end?.agentVersion), agentOf(now.order, now.end.agentVersion)),
    compareSpecs(was.order, now.order),
    of("exit", was.end && endingOf(was.end), endingOf(now.end)),
    result,
    took("tokens", was.end && tokensOf(was.end.tokens), tokensOf(now.end.tokens)),
    took("cost", was.end && `$${was.end.spentUsd.toFixed(4)}`, `$${now.end.spentUsd.toFixed(4)}`),
    took("ready", was.end && readyOf(was.end.readyMs), readyOf(now.end.readyMs)),
  ];
}

/** Where two specs differ, as paths; what is of one run only (its name, user, folders, deadline, labels) is left out. */
function specDifferences(was: readonly ContainerSpec[], now: readonly ContainerSpec[]): readonly string[] {
  return differences(was.map(portable), now.map(portable), "").map((path) => path.replace(/^\./, ""));
}

function of(what: Compared["what"], was: string | null, now: string): Compared {
  return { what, same: was === null ? null : was === now, was: was ?? unknown, now };
}

function took(what: Compared["what"], was: string | null, now: string): Compared {
  return { what, same: null, was: was ?? unknown, now };
}

function agentOf({ order, request }: RecordedOrder, version: string | null | undefined): string {
  const kind = order.loop.rules === null ? "command" : roleOf(order).agent;
  return `${kind} ${version ?? (request.env.LOOP_AGENT_VERSION === undefined ? "(has no version)" : "(version not told)")}`;
}

function compareSpecs(was: RecordedOrder, now: RecordedOrder): Compared {
  if (was.specs === null || now.specs === null) {
    const none = (order: RecordedOrder) => (order.runtime === "process" ? "a plain process has none" : unknown);
    return { what: "spec", same: null, was: none(was), now: none(now) };
  }
  const paths = specDifferences(was.specs, now.specs);
  const shown = paths.length > 20 ? [...paths.slice(0, 20), `${paths.length - 20} more`] : paths;
  return { what: "spec", same: paths.length === 0, was: "as recorded", now: shown.join(", ") || "as recorded" };
}

function endingOf({ status, exitCode }: Repeated["now"]["end"]): string {
  return exitCode === null ? status.replace("_", " ") : `${status.replace("_", " ")} with ${exitCode}`;
}

function tokensOf(tokens: Repeated["now"]["end"]["tokens"]): string {
  return `${tokens.input} in, ${tokens.cached} of them cached, ${tokens.output} out`;
}

function readyOf(readyMs: number | null): string {
  return readyMs === null ? unknown : `${readyMs} ms`;
}

function portable({ part, body }: ContainerSpec) {
  const { Labels: _, User: __, HostConfig, Env, Cmd, ...rest } = body;
  const Mounts = HostConfig.Mounts.map((mount) => {
    const { Type, Target } = mount;
    if (mount.Type === "volume") return { Type, Target, ReadOnly: readOverlay(mount)?.isReadOnly };
    return { Type, Target, ReadOnly: mount.ReadOnly, BindOptions: mount.BindOptions };
  });
  const NetworkMode = HostConfig.NetworkMode.replace(/^container:.*/, "container:its relay");
  return {
    part,
    ...rest,
    Cmd,
    Env: Object.fromEntries(Env.filter((line) => !line.startsWith("LOOP_DEADLINE=")).map(nameAndValue)),
    HostConfig: { ...HostConfig, Mounts, NetworkMode },
  };
}

function nameAndValue(line: string): [string, string] {
  const at = line.indexOf("=");
  return [line.slice(0, at), line.slice(at + 1)];
}

function differences(was: unknown, now: unknown, path: string): string[] {
  if (isDeepStrictEqual(was, now)) return [];
  if (!isTree(was) || !isTree(now)) return [path];
  const names = [...new Set([...Object.keys(was), ...Object.keys(now)])];
  return names.flatMap((name) => differences(was[name], now[name], `${path}.${name}`));
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
