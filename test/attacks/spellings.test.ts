// Every spelling that was tried on a guard: it does not come through, and its plain neighbour does.
import { describe, expect, test } from "vitest";
import { commands } from "./commands.ts";
import { modelBodies } from "./model-bodies.ts";
import { policies } from "./policies.ts";

describe.each([commands, policies, ...modelBodies])("$name", ({ attempts }) => {
  test.each([...attempts])("$title", async ({ attack, control }) => {
    expect({ attack: await attack(), control: await control() }).toEqual({ attack: false, control: true });
  });
});
