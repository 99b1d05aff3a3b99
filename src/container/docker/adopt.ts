// Takes over a run that another process started, from what its container's labels and inspection say.
import type Docker from "dockerode";
import { toFault } from "../../base/fault.ts";
import type { OutputWatch, Running } from "../run.ts";
import { relayName, serviceName } from "../spec/spec.ts";
import { attach } from "./attach.ts";
import { attend } from "./attend.ts";
import { standAgain } from "./beside.ts";
import type { EngineInfo } from "./engine-info.ts";
import { readFacts } from "./facts.ts";
import { inspectOrNull } from "./inspect.ts";
import { readRunLabel } from "./labels.ts";
import { giveFolder, type RunUser } from "./user.ts";

/** Attends a container that is there. Its bounds come from its labels, its deadline counts from its own start. */
export async function adopt(
  docker: Docker,
  info: Docker.ContainerInspectInfo,
  engine: EngineInfo,
  watch?: OutputWatch,
): Promise<Running> {
  const labels = info.Config.Labels;
  const { id } = readRunLabel(labels);
  const relay = labels["loopgate.relay"] === "yes" ? docker.getContainer(relayName(id)) : null;
  const names = labels["loopgate.services"]?.split(",") ?? [];
  const number = (name: string) => Number(labels[`loopgate.${name}`]);
  const agent = docker.getContainer(info.Id);
  try {
    const inspectedRelay = relay && (await inspectOrNull(relay));
    const facts = readFacts(info, inspectedRelay, engine);
    const source = (target: string) => facts.mounts.find((mount) => mount.target === target)?.source ?? "";
    const gateway = inspectedRelay?.Mounts.find((mount) => mount.Destination === "/gateway");
    if (gateway) await giveFolder(userOf(info.Config.User), gateway.Source); // the gateway has listened anew
    return attend({
      id,
      agent,
      relay,
      services: await Promise.all(names.map((name) => standAgain(name, docker.getContainer(serviceName(id, name))))),
      attachment: await attach(agent, number("log_bytes"), watch),
      facts,
      startedAt: Date.parse(info.State.StartedAt),
      ranMs: await ranMs(docker, info),
      isOver: !info.State.Running,
      readyMs: null,
      deadlineMs: number("deadline_ms"),
      graceMs: number("grace_ms"),
      disk: [
        {
          path: source("/workspace"),
          name: "/workspace",
          limitBytes: number("workspace_bytes"),
          limitFiles: number("files"),
        },
        { path: source("/loop/out"), name: "/loop/out", limitBytes: number("out_bytes"), limitFiles: number("files") },
      ],
    });
  } catch (error) {
    throw toFault(error, `Could not take over the run ${id}`);
  }
}

/** As a spec has it: two numbers, whoever else the App would give it to now. */
function userOf(user: string): RunUser {
  const [uid = Number.NaN, gid = Number.NaN] = user.split(":").map(Number);
  return { uid, gid };
}

/**
 * How long a container has run, up to its end where it has ended, in milliseconds: both times are the engine's own, whose machine may keep another time than
 * this one. An engine that does not tell its time is taken to keep ours.
 */
async function ranMs(docker: Docker, info: Docker.ContainerInspectInfo): Promise<number> {
  const { SystemTime } = (await docker.info()) as { SystemTime?: string };
  const now = Date.parse(info.State.Running ? (SystemTime ?? "") : info.State.FinishedAt);
  return Math.max(0, (Number.isFinite(now) ? now : Date.now()) - Date.parse(info.State.StartedAt));
}
