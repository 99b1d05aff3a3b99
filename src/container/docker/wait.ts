// Waits for a container to stop, on a connection to the engine that may be cut.
import type { Readable } from "node:stream";
import type Docker from "dockerode";

/**
 * Resolves when the container does not run. Rejects with the engine's error, or when the engine went away while waiting:
 * it sends the head of its answer at once, and dockerode's own `wait` takes an answer cut after its head for one that
 * is still to come, for ever.
 */
export async function waitToStop(container: Docker.Container): Promise<void> {
  const answer = await new Promise<Readable>((resolve, reject) => {
    const call = {
      path: `/containers/${container.id}/wait`,
      method: "POST",
      isStream: true,
      statusCodes: { 200: true, 404: "no such container", 500: "server error" },
    };
    container.modem.dial(call, (error: Error | null, stream: Readable) => (error ? reject(error) : resolve(stream)));
  });
  for await (const _ of answer) {
    // its end is the answer
  }
}
