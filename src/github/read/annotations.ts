// What check runs say of lines, as GitHub's GraphQL tells it.
import { z } from "zod";
import type { AnnotationFact } from "../../verify/facts.ts";

/** What a check run's `annotations` have, asked for with their paths, messages, levels and first lines. */
export const Annotations = z
  .object({
    nodes: z.array(
      z.object({
        path: z.string(),
        message: z.string(),
        annotationLevel: z.string().nullable(),
        location: z.object({ start: z.object({ line: z.number() }) }),
      }),
    ),
  })
  .nullable();

/** As facts have them. */
export function annotationFacts(annotations: z.infer<typeof Annotations>): AnnotationFact[] {
  return (annotations?.nodes ?? []).map(({ path, message, location, annotationLevel }) => ({
    path,
    message,
    line: location.start.line,
    ...levelOf(annotationLevel),
  }));
}

function levelOf(level: string | null): Pick<AnnotationFact, "level"> {
  const known = level?.toLowerCase();
  return known === "failure" || known === "warning" || known === "notice" ? { level: known } : {};
}
