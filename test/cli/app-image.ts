// The App's image as far as its relay needs it: Node, and the relay's program where the Dockerfile puts it.
import type Docker from "dockerode";
import { makeImage } from "../docker/images.ts";

/** Makes `loopgate:test`. */
export async function makeAppImage(docker: Docker): Promise<void> {
  const relay = new URL("../../src/container/relay.mjs", import.meta.url).pathname;
  await makeImage(docker, "loopgate:test", {
    programs: [process.execPath],
    files: [
      { from: process.execPath, to: "/usr/bin/node" },
      { from: relay, to: "/app/src/container/relay.mjs" },
    ],
  });
}
