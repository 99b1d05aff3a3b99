// Which image a choice means, as the engine describes it.
import type Docker from "dockerode";
import { expect, test } from "vitest";
import { imageResolver } from "../../../src/container/docker/image.ts";

const id = `sha256:${"a".repeat(64)}`;

/** An engine that has this one image, under whatever name. */
const engine = {
  getImage: () => ({
    inspect: async () => ({
      Id: id,
      RepoDigests: [],
      Config: {
        Entrypoint: ["/entry.sh"],
        Cmd: ["serve"],
        Volumes: { "/data": {} },
        WorkingDir: "/srv",
        ExposedPorts: { "5432/tcp": {}, "53/udp": {} },
      },
    }),
  }),
} as unknown as Docker;

test.each([
  ["first", undefined],
  ["by what the loop's first run used", { id, digest: null }],
])(
  "a service is what its image starts, where that writes and listens, when the image is looked up %s",
  async (_, pinned) => {
    const images = imageResolver(engine, { uid: 1000, gid: 1000 });
    const choice = { kind: "named", reference: "acme/db:1", ...(pinned === undefined ? {} : { pinned }) } as const;
    expect(await images(choice, "service")).toMatchObject({
      id,
      entrypoint: ["/entry.sh"],
      command: ["serve"],
      volumes: ["/data"],
      workingDir: "/srv",
      ports: [5432],
    });
  },
);
