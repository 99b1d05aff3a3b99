// What one run's git gateway is opened with, and what it tells of.
import type { Lease } from "../lease.ts";
import type { ChangeLimits } from "./change.ts";
import type { Author } from "./problems.ts";
import type { Quarantine } from "./quarantine.ts";
import type { GitLease } from "./refs.ts";

/** What happened at the gateway, for the run's record. Never holds a token or file content. */
export type GitEvent =
  | { readonly kind: "fetch"; readonly bytes: number }
  | {
      readonly kind: "push";
      readonly ref: string;
      readonly old: string | null;
      readonly new: string;
      readonly bytes: number;
    }
  /** `names` are refusals or problems; `details` one line each. */
  | { readonly kind: "refused"; readonly names: readonly string[]; readonly details: readonly string[] };

export interface GitGatewayRequest {
  readonly lease: Lease & GitLease;
  readonly quarantine: Quarantine;
  /** Default `/repo.git`. */
  readonly prefix?: string;
  /** Default 100 MiB for one push, after decompression. */
  readonly maxPushBytes?: number;
  /** Default 400 MiB for all pushes of the run together, so that refused packs cannot fill the disk. */
  readonly maxRunBytes?: number;
  /** Bounds for judging a push on arrival. */
  readonly limits?: Partial<ChangeLimits>;
  /** Where the branch was on GitHub before the run; earlier commits are not held against it. */
  readonly published?: string | null;
  /** Who the run's commits must be by; without it, anyone. */
  readonly author?: Author;
  /** As a judge takes them. */
  readonly placeholders?: readonly string[];
  readonly onEvent: (event: GitEvent) => void;
}

/** The running side of a gateway: what it has taken so far, and what is to be stopped when the lease ends. */
export interface Session {
  readonly request: GitGatewayRequest;
  readonly stops: Set<() => void>;
  pushedBytes: number;
  revoked: boolean;
}
