// A whole loop whose store is in PostgreSQL: over a restart, a lost database, and a server that goes away in the middle.
import { describe, expect, test } from "vitest";
import { programs } from "../../src/cli/bench-postgres.ts";
import { postgresStore } from "../../src/store/postgres/postgres.ts";
import { sharedServer } from "../store/server.ts";
import { until } from "../until.ts";
import { aStory, attempts, botch, mend, minute } from "./world.ts";

const executor = attempts(botch("red"), mend);

describe.skipIf(programs() === null)("with its store in PostgreSQL", () => {
  test("a loop goes red, green, over a restart of the App and to its end", async () => {
    const story = await aStory({ store: "postgres", executor });
    const issue = await story.startLoop();
    expect(await story.phase(issue)).toBe("awaiting_gate");
    await story.restart();
    const pull = await story.pull(issue);
    story.forge.as("bob").review(pull, { event: "APPROVE" });
    await story.settle();
    expect(await story.state(issue)).toMatchObject({ phase: "settled", ending: { reason: "task_complete" } });
    expect((await story.state(issue)).attempts).toHaveLength(2);
  });

  test("F8: a lost database is rebuilt from the threads", async () => {
    const story = await aStory({ store: "postgres", executor });
    const issue = await story.startLoop();
    await story.restart({ loseStore: "alone" });
    expect(await story.phase(issue)).toBe("awaiting_gate");
  });

  test("F4: a server that goes away while a loop works is a pause of its own, and costs it nothing", async () => {
    const story = await aStory({ store: "postgres", executor });
    const server = await sharedServer();
    const issue = story.openIssue();
    story.forge.as("alice").label(issue, "loop");
    await story.reaches(issue, "executing");
    await server.stop("SIGQUIT");
    await until(() =>
      story.log.some(({ fields }) => /Could not (?:use|open) the store/.test(JSON.stringify(fields, plain))),
    );
    await server.start();
    for (let n = 0; n < 5; n++) await story.advance(minute);
    const state = await story.state(issue);
    expect(state).toMatchObject({ phase: "awaiting_gate" });
    expect(state.attempts.map(({ counted }) => counted)).toEqual([true, true]);
  });

  test("F7, F17: what was turned away while the server was gone is asked for again minutes after it is back", async () => {
    const story = await aStory({ store: "postgres" });
    const issue = story.openIssue();
    await story.settle();
    const server = await sharedServer();
    await server.stop("SIGQUIT");
    story.forge.as("alice").label(issue, "loop");
    await story.forge.idle();
    expect(story.forge.deliveries.at(-1)?.statusCode).toBe(503);
    await server.start();
    for (let n = 0; n < 3; n++) await story.advance(minute); // the regular look is ten minutes off
    expect(await story.phase(issue)).toBe("awaiting_gate");
    expect(story.forge.deliveries.some(({ redelivery, statusCode }) => redelivery && statusCode === 202)).toBe(true);
  });

  test("F2: an App whose store another one takes is told so, once, and writes nothing more", async () => {
    const story = await aStory({ store: "postgres" });
    const issue = await story.startLoop();
    const server = await sharedServer();
    const [{ name } = {}] = await server.ask(server.address("postgres"), newest);
    const address = server.address(String(name));
    const other = await postgresStore(address, { onLost: () => {}, heldMs: 0 });
    story.forge.as("carol").comment(issue, "/loop status");
    const fault = await story.app().lost;
    expect(fault.message).toMatch(/does not hold the store any more: process \d+ on .* took it/);
    await expect(story.app().store.addEvent("1#1", { type: "pull_ready" }, 1)).rejects.toThrow("Nothing was written");
    await other.close();
  });
});

const newest = "select datname as name from pg_database where datname like 'store%' order by oid desc limit 1";

function plain(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value;
}
