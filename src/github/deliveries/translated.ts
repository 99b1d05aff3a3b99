// What a webhook delivery becomes: events of ours with an address, or nothing and the reason why.
import type { LoopEvent } from "../../loop/event.ts";

/** Who we are, as deliveries show us, and what the edge needs to make a new loop. */
export interface Self {
  readonly appId: number;
  readonly slug: string;
  readonly triggerLabels: readonly string[];
  readonly newLoopId: () => string;
}

/** Which loops of the repository, or of the installation, the events are for. */
export type Route =
  | { readonly issue: number }
  | { readonly pull: number }
  | { readonly branch: string }
  | { readonly head: string }
  | { readonly repository: true }
  | { readonly repositories: readonly number[]; readonly unchosen?: true } // unchosen: they came since all of the account's are covered, and nobody named them
  | { readonly installation: number };

export type Translated =
  | {
      readonly kind: "event";
      readonly repositoryId: number | null; // null: the route says which repositories
      readonly route: Route;
      readonly events: readonly LoopEvent[];
    }
  | { readonly kind: "ignored"; readonly reason: string };

/** What a delivery is from and about, by its ids; null where it does not say. */
export interface Origin {
  readonly installationId: number | null;
  readonly repositoryId: number | null;
  readonly thread: number | null; // an issue or a pull request, which count as one here
}

/** Of a delivery that could not be read. */
export const nowhere: Origin = { installationId: null, repositoryId: null, thread: null };

export type Translate = (payload: unknown, self: Self) => Translated;

export function ignored(reason: string): Translated {
  return { kind: "ignored", reason };
}
