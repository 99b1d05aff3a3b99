// The measurements as commands: what each takes, and what it may be given.
import type { Command } from "commander";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage.ts";

/** Adds `bench isolation` and its siblings; `done` is told the exit code. */
export function addBench(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const bench = program
    .command("bench")
    .description("measure on this machine what the design promises; the figures are told, not judged")
    .argument("[what]", "what to measure")
    .action((what) => {
      const there = bench.commands.map((one) => one.name()).join(", ");
      throw new UsageError(
        what === undefined ? `say which: ${there}` : `there is no bench ${what}; there are ${there}`,
      );
    });
  bench
    .command("isolation")
    .description("the start of a container, and of a workspace, beside `docker run` and `git clone`")
    .option("--rounds <count>", "pairs to measure", "10")
    .option("--json", "answer in JSON")
    .action(async ({ rounds, json = false }) => {
      const { benchIsolation } = await import("./bench-isolation.ts");
      done(await benchIsolation({ rounds: whole(rounds, "--rounds", 1, 99), json }, terminal));
    });
  bench
    .command("deliveries")
    .description("storing and answering webhook deliveries, beside a bare Probot with an empty handler")
    .option("--rounds <count>", "pairs to measure at each level", "5")
    .option("--seconds <count>", "how long each side is measured in a round", "5")
    .option("--connections <count>", "connections at a time", "50")
    .option("--remembered <counts>", "levels: deliveries remembered at the beginning, growing", "0,100000,1000000")
    .option("--json", "answer in JSON")
    .action(async ({ rounds, seconds, connections, remembered, json = false }) => {
      const options = {
        rounds: whole(rounds, "--rounds", 1, 99),
        secondsEach: whole(seconds, "--seconds", 1, 600),
        connections: whole(connections, "--connections", 1, 200),
        remembered: String(remembered)
          .split(",")
          .map((one) => whole(one, "--remembered", 0, 4_000_000)),
        json,
      };
      const { benchDeliveries } = await import("./bench-deliveries.ts");
      done(await benchDeliveries(options, terminal));
    });
  bench
    .command("idle")
    .description("what idle loops in the store cost: start, look, memory and a delivery, beside a store without them")
    .option("--loops <count>", "idle loops in the store", "10000")
    .option("--rounds <count>", "pairs to measure", "5")
    .option("--json", "answer in JSON")
    .action(async ({ loops, rounds, json = false }) => {
      const { benchIdle } = await import("./bench-idle.ts");
      const options = { loops: whole(loops, "--loops", 1, 100_000), rounds: whole(rounds, "--rounds", 1, 99), json };
      done(await benchIdle(options, terminal));
    });
  bench
    .command("verify")
    .description(
      "a verdict of `loopgate verify`, alone and with ten hunks taken back, beside running the suite by hand",
    )
    .option("--rounds <count>", "rounds to measure", "3")
    .option("--seconds <count>", "how long the suite takes by hand, about", "10")
    .option("--unsealed", "no container: the suite runs on this machine without any isolation")
    .option("--json", "answer in JSON")
    .action(async ({ rounds, seconds, unsealed = false, json = false }) => {
      const { benchVerify } = await import("./bench-verify.ts");
      const of = { rounds: whole(rounds, "--rounds", 1, 99), seconds: whole(seconds, "--seconds", 1, 600) };
      done(await benchVerify({ ...of, unsealed, json }, terminal));
    });
  bench
    .command("environment")
    .description("a workspace with a large set-up, and packages through the gateway, beside `npm ci`")
    .option("--rounds <count>", "rounds to measure", "3")
    .option("--megabytes <count>", "how much the dependencies take on disk, about", "1000")
    .option("--json", "answer in JSON")
    .action(async ({ rounds, megabytes, json = false }) => {
      const { benchEnvironment } = await import("./bench-environment.ts");
      const of = { rounds: whole(rounds, "--rounds", 1, 99), megabytes: whole(megabytes, "--megabytes", 1, 10_000) };
      done(await benchEnvironment({ ...of, json }, terminal));
    });
  bench
    .command("hostile")
    .description("good loops, deliveries and memory beside a hostile run and a hostile client, and without them")
    .option("--loops <count>", "good loops to measure on each side of a round", "10")
    .option("--rounds <count>", "pairs to measure", "3")
    .option("--json", "answer in JSON")
    .action(async ({ loops, rounds, json = false }) => {
      const { benchHostile } = await import("./bench-hostile.ts");
      const options = { loops: whole(loops, "--loops", 1, 100), rounds: whole(rounds, "--rounds", 1, 99), json };
      done(await benchHostile(options, terminal));
    });
  bench
    .command("tools")
    .description("a call of another server's tool through the gateway, and the first list, beside asking the servers")
    .option("--rounds <count>", "pairs of calls to measure, and a tenth as many of lists", "100")
    .option("--json", "answer in JSON")
    .action(async ({ rounds, json = false }) => {
      const { benchTools } = await import("./bench-tools.ts");
      done(await benchTools({ rounds: whole(rounds, "--rounds", 1, 10_000), json }, terminal));
    });
  bench
    .command("cockpit")
    .description("the operator's pages with many loops, beside the same with ten; deliveries beside open live views")
    .option("--loops <count>", "loops in the store, with a hundred entries of trace each", "1000")
    .option("--views <count>", "live views that are open", "50")
    .option("--rounds <count>", "pairs to measure", "5")
    .option("--json", "answer in JSON")
    .action(async ({ loops, views, rounds, json = false }) => {
      const { benchCockpit } = await import("./bench-cockpit.ts");
      const of = { loops: whole(loops, "--loops", 10, 100_000), views: whole(views, "--views", 1, 50) };
      done(await benchCockpit({ ...of, rounds: whole(rounds, "--rounds", 1, 99), json }, terminal));
    });
  bench
    .command("scale")
    .description("deliveries and decisions with the store in PostgreSQL, beside the same with it in SQLite")
    .option(
      "--postgres <address>",
      "an empty database to use; none: a server of this machine's programs, for this alone",
    )
    .option("--rounds <count>", "pairs to measure", "5")
    .option("--seconds <count>", "how long each side is measured in a round", "5")
    .option("--connections <count>", "connections at a time", "50")
    .option("--json", "answer in JSON")
    .action(async ({ postgres, rounds, seconds, connections, json = false }) => {
      const { benchScale } = await import("./bench-scale.ts");
      const options = {
        ...(postgres === undefined ? {} : { postgres }),
        rounds: whole(rounds, "--rounds", 1, 99),
        secondsEach: whole(seconds, "--seconds", 1, 600),
        connections: whole(connections, "--connections", 1, 200),
        json,
      };
      done(await benchScale(options, terminal));
    });
  bench
    .command("crowd")
    .description("many issues of many repositories labelled at once, beside ten and beside one loop after the other")
    .option(
      "--issues <count>",
      "issues that are labelled at once: a fifth of them in the first repository, the others in all alike",
      "1000",
    )
    .option("--repositories <count>", "repositories they are in", "40")
    .option("--organisations <count>", "accounts that have these repositories and the App", "8")
    .option("--few <count>", "issues to label at once beside that, each in a repository of its own", "10")
    .option("--single <count>", "loops to measure one after the other", "20")
    .option("--runs <count>", "runs at once", "4")
    .option("--json", "answer in JSON")
    .action(async ({ issues, repositories, organisations, few, single, runs, json = false }) => {
      const { benchCrowd } = await import("./bench-crowd.ts");
      const of = {
        repositories: whole(repositories, "--repositories", 1, 200),
        organisations: whole(organisations, "--organisations", 1, 100),
        few: whole(few, "--few", 1, 100),
        single: whole(single, "--single", 1, 200),
        runs: whole(runs, "--runs", 1, 32),
      };
      const least = of.repositories;
      done(await benchCrowd({ ...of, issues: whole(issues, "--issues", least, 10_000), json }, terminal));
    });
}

function whole(text: string, option: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(`${option} is a number from ${min} to ${max}`);
}
