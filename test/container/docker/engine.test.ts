// Which engines are looked for, and what is said when a named one is not there.
import { expect, test } from "vitest";
import { connectionOf, openEngine, socketPaths } from "../../../src/container/docker/engine.ts";

test("Docker's sockets come before Podman's, rootless ones included", () => {
  expect(socketPaths({ XDG_RUNTIME_DIR: "/run/user/7", HOME: "/home/ann" }, 7)).toEqual([
    { path: "/var/run/docker.sock", origin: "socket" },
    { path: "/run/user/7/docker.sock", origin: "socket" },
    { path: "/home/ann/.docker/run/docker.sock", origin: "socket" },
    { path: "/run/user/7/podman/podman.sock", origin: "podman" },
    { path: "/run/podman/podman.sock", origin: "podman" },
  ]);
});

test.each([
  ["unix:///var/run/other.sock", { socketPath: "/var/run/other.sock" }],
  ["tcp://127.0.0.1:2375", { protocol: "http", host: "127.0.0.1", port: 2375 }],
  ["tcp://[::1]", { protocol: "http", host: "::1", port: 2375 }],
])("DOCKER_HOST=%s", (host, expected) => {
  expect(connectionOf(host, {})).toEqual(expected);
});

test.each(["ssh://someone@somewhere", "/var/run/docker.sock", ""])("DOCKER_HOST=%j is refused", (host) => {
  expect(() => connectionOf(host, {})).toThrow("only unix:// and tcp:// addresses can be used");
});

test("a DOCKER_HOST where nothing answers is a fault, never another engine", async () => {
  const env = { ...process.env, DOCKER_HOST: "unix:///nowhere/docker.sock" };
  await expect(openEngine({ env })).rejects.toMatchObject({ name: "Fault", kind: "engine", retry: "later" });
});

test("without sockets, and where none may be started, there is no engine", async () => {
  const env = { HOME: "/nowhere", XDG_RUNTIME_DIR: "/nowhere", PATH: "" };
  const found = await openEngine({ env, mayStart: false });
  expect(found === null || ["socket", "podman"].includes(found.origin)).toBe(true);
});
