// What the guard accepts beyond the contract: the folders, runtimes and image mounts of this one App.

/** What this App may start, as plain data: the folders its runs live in and what its images bring. */
export interface Allowed {
  /** Host folders beneath which workspaces, briefs, object stores and gateway sockets lie. */
  readonly roots: readonly string[];
  /** Exact read-only mounts of the toolchain image. */
  readonly toolchain: readonly { readonly source: string; readonly target: string }[];
  /** The operator's folder of tools for agents, if there is one; mounted read-only at `TOOLS` and nowhere else. */
  readonly tools: string | null;
  /** Names accepted for `HostConfig.Runtime`. */
  readonly runtimes: readonly string[];
  /** Whether the engine is Podman, which knows no limit on the files of a tmpfs. */
  readonly podman: boolean;
}
