// The PostgreSQL server of tests and of the bench: nothing of it outlives whoever started it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { programs } from "../../src/cli/bench-postgres.ts";
import { until } from "../until.ts";

const server = join(import.meta.dirname, "../../src/cli/bench-postgres.ts");
const program = `
import { readdirSync, readFileSync } from "node:fs";
const { startPostgres } = await import(${JSON.stringify(server)});
const before = new Set(readdirSync("/tmp"));
const { address } = await startPostgres();
const dir = "/tmp/" + readdirSync("/tmp").find((name) => name.startsWith("lg-pg-") && !before.has(name) &&
  readFileSync("/tmp/" + name + "/data/postmaster.pid", "utf8").includes(new URL(address("x")).port));
console.log(dir + " " + readFileSync(dir + "/data/postmaster.pid", "utf8").split("\\n")[0]);
setInterval(() => {}, 1_000);
`;

async function started(): Promise<{ child: ChildProcess; dir: string; pid: string }> {
  const args = ["--no-warnings", "--input-type=module", "-e", program];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TMPDIR: "/tmp" },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  const [dir = "", pid = ""] = String(said).trim().split(" ");
  return { child, dir, pid };
}

test.skipIf(programs() === null).each(["SIGKILL", "SIGTERM"] as const)(
  "F4: a server ends, and its folder is gone, when whoever started it ends by %s",
  async (signal) => {
    const { child, dir, pid } = await started();
    expect([existsSync(dir), existsSync(`/proc/${pid}`)]).toEqual([true, true]);
    child.kill(signal);
    await until(() => !existsSync(dir) && !existsSync(`/proc/${pid}`));
  },
);
