// Whether GitHub merges a pull request by itself, once its own rules let it, and who had it do so.
import { z } from "zod";
import { Actor, actorFields, personOfActor } from "./people.ts";

/** Of a pull request. */
export const autoMergeFields = `autoMergeRequest { enabledBy { ${actorFields} } }`;

/** What `autoMergeFields` asks for; null: it does not. */
export const AutoMerge = z.object({ enabledBy: Actor }).nullable();

/** As facts have it: nothing where it does not. */
export function autoMergeOf({ autoMergeRequest }: { readonly autoMergeRequest: z.infer<typeof AutoMerge> }) {
  return autoMergeRequest === null ? {} : { autoMergeBy: personOfActor(autoMergeRequest.enabledBy).login };
}
