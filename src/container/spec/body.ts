// What an engine is told of one container: the fields of its create call that a spec may use, and no others.

/** The fields of the engine's create call that a spec may use, and no others. */
export interface CreateBody {
  readonly Image: string;
  readonly Hostname?: string;
  readonly User: string;
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly Env: readonly string[];
  readonly WorkingDir: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Tty: false;
  readonly OpenStdin: boolean;
  readonly StdinOnce: boolean;
  readonly AttachStdin: boolean;
  readonly AttachStdout: true;
  readonly AttachStderr: true;
  readonly Healthcheck: { readonly Test: readonly string[] };
  readonly HostConfig: HostBody;
}

export interface HostBody {
  readonly NetworkMode: string;
  readonly CapDrop: readonly string[];
  readonly SecurityOpt: readonly string[];
  readonly ReadonlyRootfs: boolean;
  readonly Privileged: false;
  readonly Mounts: readonly MountBody[];
  readonly Tmpfs: Readonly<Record<string, string>>;
  readonly ShmSize: number;
  readonly Memory: number;
  readonly MemorySwap: number;
  readonly NanoCpus: number;
  readonly PidsLimit: number;
  readonly Ulimits: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[];
  readonly Init: boolean;
  readonly RestartPolicy: { readonly Name: string };
  readonly LogConfig: { readonly Type: string; readonly Config: Readonly<Record<string, string>> };
  readonly IpcMode: string;
  readonly Runtime?: string;
}

export type MountBody = BindBody | OverlayBody;

export interface BindBody {
  readonly Type: "bind";
  readonly Source: string;
  readonly Target: string;
  readonly ReadOnly: boolean;
  readonly BindOptions: { readonly Propagation: "rprivate" };
}

/**
 * A volume without a name, which goes with its container: the engine mounts the workspace over the folder that it stands on. Docker takes
 * no `ReadOnly` for these; it is one of their options.
 */
export interface OverlayBody {
  readonly Type: "volume";
  readonly Target: string;
  readonly VolumeOptions: {
    readonly NoCopy: true;
    readonly DriverConfig: {
      readonly Name: "local";
      readonly Options: { readonly type: "overlay"; readonly device: "overlay"; readonly o: string };
    };
  };
}

/** One container before it exists: its name and exactly what the engine is told. */
export interface ContainerSpec {
  readonly name: string;
  readonly part: "agent" | "relay" | "service";
  readonly body: CreateBody;
}
