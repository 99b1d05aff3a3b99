// What an error of the engine says. The one place that knows how engines word what they refuse.

interface EngineError {
  readonly statusCode?: number;
  readonly json?: { readonly cause?: unknown };
}

/** The engine's HTTP status of an error, where it has one. */
function statusCode(error: unknown): number | undefined {
  return (error as EngineError | null)?.statusCode;
}

/**
 * Whether an error says that there is no such container or image. Podman (4.3) answers 500 where a container goes away
 * between its finding the name and its reading the rest, and names the cause in a field.
 */
export function isGone(error: unknown): boolean {
  if (statusCode(error) === 404) return true;
  return statusCode(error) === 500 && (error as EngineError).json?.cause === "no such container";
}

/** Whether an error says that the name is another container's. Podman says so in words only. */
export function isTaken(error: unknown): boolean {
  return statusCode(error) === 409 || /name .* is (already )?in use/i.test(String(error));
}

/**
 * Whether an error passes by itself: a container is being changed by somebody else (409), or Podman (4.3) found it in a state
 * that it had left by the time of the next step, as when it ends while it is being stopped; it answers 500 then and names the cause.
 */
export function isPassing(error: unknown): boolean {
  if (statusCode(error) === 409) return true;
  return statusCode(error) === 500 && (error as EngineError).json?.cause === "container state improper";
}
