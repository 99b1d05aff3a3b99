// Waiting for a container on a connection that is cut, against a server that stands for an engine.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { expect, onTestFinished, test } from "vitest";
import { waitToStop } from "../../../src/container/docker/wait.ts";

/** A container at an engine that answers every request so. */
async function aContainer(answer: (response: ServerResponse) => void): Promise<Docker.Container> {
  const folder = mkdtempSync(join(tmpdir(), "loopgate-test-"));
  const server = createServer((_, response) => answer(response));
  const socketPath = join(folder, "docker.sock");
  await new Promise<void>((resolve) => void server.listen(socketPath, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return new Docker({ socketPath }).getContainer("one");
}

test("F49: a wait whose answer has begun is over when the engine dies", async () => {
  const container = await aContainer((response) => {
    response.flushHeaders();
    setImmediate(() => response.destroy());
  });
  await expect(waitToStop(container)).rejects.toThrow("aborted");
});

test("a wait is over when the engine says so", async () => {
  const container = await aContainer((response) => response.end('{"StatusCode":0}'));
  await expect(waitToStop(container)).resolves.toBeUndefined();
});

test("a wait for a container that is not there says so", async () => {
  const container = await aContainer((response) => response.writeHead(404).end('{"message":"No such container: one"}'));
  await expect(waitToStop(container)).rejects.toMatchObject({ statusCode: 404 });
});
