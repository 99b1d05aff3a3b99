// One container, started to learn something of the engine by it, and removed.
import type Docker from "dockerode";

export interface Trial {
  /** By id or name; it is there. */
  readonly image: string;
  /** `uid:gid`; absent: the image's own. */
  readonly user?: string;
  readonly command: readonly string[];
  readonly memoryBytes: number;
  readonly mounts: readonly object[];
}

/** What its command exited with, or why the engine did not start it. */
export type Tried = { readonly code: number } | { readonly refusal: Error };

/** Without a network, capabilities or a root that can be written to. Rejects as the engine does where it cannot be asked. */
export async function tryContainer(docker: Docker, trial: Trial): Promise<Tried> {
  const { image, user, command, memoryBytes, mounts } = trial;
  const container = await docker.createContainer({
    Image: image,
    ...(user === undefined ? {} : { User: user }),
    Entrypoint: [...command],
    Cmd: [],
    HostConfig: {
      NetworkMode: "none",
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      ReadonlyRootfs: true,
      Memory: memoryBytes,
      Mounts: [...mounts] as Docker.MountConfig,
    },
  });
  try {
    const refusal: Error | null = await container.start().then(
      () => null,
      (error: Error) => error,
    );
    if (refusal !== null) return { refusal };
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    return { code: StatusCode };
  } finally {
    await container.remove({ force: true, v: true }).catch(() => {});
  }
}
