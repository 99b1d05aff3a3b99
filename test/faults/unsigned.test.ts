// A client without a secret at the door of the real App: what it can make the process hold, and whom it can keep waiting.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, onTestFinished, test } from "vitest";
import { aKillableApp, end } from "./killable.ts";

const MiB = 1024 * 1024;

/** What the process has in memory now, in bytes: as the kernel counts it. */
function residentOf({ pid }: ChildProcess): number {
  const [, kilobytes = "0"] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}

/** Milliseconds until the sign of life is answered with 200; over ten seconds is as good as never. */
async function answerMs(url: string): Promise<number> {
  const began = performance.now();
  const response = await fetch(new URL("/healthz", url), { signal: AbortSignal.timeout(10_000) });
  await response.text();
  return response.status === 200 ? performance.now() - began : Number.POSITIVE_INFINITY;
}

interface Seen {
  readonly grownMb: number;
  /** How long others waited for a sign of life, in the middle and at most. */
  readonly waitedMs: { readonly median: number; readonly most: number };
}

/** What is seen from outside until the clients, a process of their own, have nothing more to send or are all cut off. */
async function under(child: ChildProcess, url: string): Promise<Seen> {
  const before = residentOf(child);
  const clients = spawn(process.execPath, ["--no-warnings", join(import.meta.dirname, "pour.ts"), url], {
    stdio: "inherit",
  });
  onTestFinished(() => end(clients));
  const waited: number[] = [];
  let most = before;
  while (clients.exitCode === null) {
    waited.push(await answerMs(url));
    most = Math.max(most, residentOf(child));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const sorted = waited.toSorted((a, b) => a - b);
  const waitedMs = { median: sorted[Math.floor(sorted.length / 2)] ?? 0, most: sorted.at(-1) ?? 0 };
  return { grownMb: (most - before) / MiB, waitedMs };
}

async function aWeakDoor(): Promise<{ child: ChildProcess; url: string }> {
  const program = join(import.meta.dirname, "weak-door.ts");
  const child = spawn(process.execPath, ["--no-warnings", program], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => end(child));
  const [line] = await once(createInterface(child.stdout), "line");
  return { child, url: String(line) };
}

describe.skipIf(process.platform !== "linux")("64 connections that hold 20 MB each without a signature", () => {
  test("the App grows by less than 200 MB of 1,280, answers others meanwhile, and all is well afterwards", async () => {
    const { forge, start } = await aKillableApp();
    const child = await start();
    const { url = "" } = forge.world.apps.find(({ webhook }) => webhook !== null)?.webhook ?? {};
    await answerMs(url);
    const { grownMb, waitedMs } = await under(child, url);
    console.info(`the App: ${Math.round(grownMb)} MB more; others waited ${JSON.stringify(waitedMs)} ms`);
    expect(grownMb).toBeLessThan(200);
    expect(waitedMs.median).toBeLessThan(1_000);
    expect(waitedMs.most).toBeLessThan(10_000); // a busy machine keeps this process waiting as well
    expect(await answerMs(url)).toBeLessThan(10_000);
    expect(child.exitCode).toBeNull();
  }, 120_000);

  test("control: without its guard it works: the same door holds all of it", async () => {
    const { child, url } = await aWeakDoor();
    const { grownMb } = await under(child, url);
    console.info(`without its guard: ${Math.round(grownMb)} MB more`);
    expect(grownMb).toBeGreaterThan(600);
  }, 120_000);
});

test("targets that Node's URL refuses, which a door that parses them would die of, are answered with 4xx", async () => {
  expect(() => new URL("http://[", "http://localhost")).toThrow("Invalid URL");
  const { forge, start } = await aKillableApp();
  const child = await start();
  const { url = "" } = forge.world.apps.find(({ webhook }) => webhook !== null)?.webhook ?? {};
  for (const target of [
    "http://[",
    "//[",
    "//:99999999/",
    "http://a b/",
    "http://%",
    "*",
    "//",
    "\\\\",
    "http://localhost:99999/",
  ]) {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.on("error", () => {}).write(`POST ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    const [said] = await once(socket, "data");
    expect(String(said)).toMatch(/^HTTP\/1\.1 4\d\d /);
    socket.destroy();
  }
  expect(await answerMs(url)).toBeLessThan(10_000);
  expect(child.exitCode).toBeNull();
});
