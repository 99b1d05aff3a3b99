// How a container is removed while something else is being done to it.
import { expect, test } from "vitest";
import { type Removable, removeContainer } from "../../../src/container/docker/remove.ts";

/** As dockerode throws it; the fields are the engine's. */
const refused = (statusCode: number, json: object) => Object.assign(new Error("refused"), { statusCode, json });
// Podman 4.3.1, of a container that ended by itself while it was being stopped.
const changing = refused(500, { cause: "container state improper", message: "could not be stopped: sending SIGKILL" });
const removing = refused(409, { message: "removal of container c1 is already in progress" });
const gone = refused(404, { message: "no such container" });

/** A container that answers with each of these in turn, then with success. */
function answering(...answers: Error[]): Removable & { readonly asked: () => number } {
  let asked = 0;
  const remove = async () => {
    const answer = answers[asked++];
    if (answer) throw answer;
  };
  return { id: "c1", asked: () => asked, remove: remove as Removable["remove"] };
}

const removed = (container: Removable): Promise<string> =>
  removeContainer(container, 1).then(
    () => "removed",
    (error) => String(error),
  );

test("one that is being stopped, or removed by somebody else, is asked for again until it is gone", async () => {
  const container = answering(changing, removing, removing, gone);
  expect(await removed(container)).toBe("removed");
  expect(container.asked()).toBe(4);
});

test("one that stays in the way is a Fault in the end, which names it", async () => {
  const container = answering(...Array(200).fill(changing));
  expect(await removed(container)).toContain("Could not remove the container c1");
  expect(container.asked()).toBe(50);
});

test("what does not pass by itself is a Fault at once", async () => {
  const container = answering(refused(500, { message: "no space left on device" }));
  expect(await removed(container)).toContain("Could not remove the container c1");
  expect(container.asked()).toBe(1);
});
