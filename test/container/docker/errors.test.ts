// What an engine's refusals are taken for, with the answers that Docker 20.10 and Podman 4.3 gave.
import { expect, test } from "vitest";
import { isGone, isTaken } from "../../../src/container/docker/errors.ts";

const refused = (statusCode: number, message: string, cause?: string) =>
  Object.assign(new Error(`(HTTP code ${statusCode}) ${message}`), { statusCode, json: { message, cause } });

test.each([
  ["Docker has none", refused(404, "No such container: one"), true],
  ["Podman has none", refused(404, "no container with name or ID found", "no such container"), true],
  ["Podman loses it on the way", refused(500, "container a83 does not exist in database", "no such container"), true],
  ["Podman fails otherwise", refused(500, "database is locked", "database is locked"), false],
  ["the engine does not answer", Object.assign(new Error("connect"), { code: "ECONNREFUSED" }), false],
  ["nothing is known", null, false],
])("a container is gone or not where %s", (_, error, gone) => {
  expect(isGone(error)).toBe(gone);
});

test.each([
  ["Docker says so", refused(409, "Conflict"), true],
  ["Podman says so", refused(500, 'the container name "one" is already in use by a83'), true],
  ["the engine fails otherwise", refused(500, "no space left on device"), false],
])("a name is taken or not where %s", (_, error, taken) => {
  expect(isTaken(error)).toBe(taken);
});
