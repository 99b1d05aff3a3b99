// A private dockerd: it answers, leaves nothing behind, and does not outlive an App that is killed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { openEngine } from "../../src/container/docker/engine.ts";
import { findDockerd, startPrivateEngine } from "../../src/container/docker/private-engine.ts";

const dockerd = process.getuid?.() === 0 ? findDockerd(process.env) : null;
if (!dockerd) console.warn("SKIPPED: a private engine needs dockerd and root.");

function aTempDir(): string {
  const folder = mkdtempSync(join(tmpdir(), "loopgate-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test.skipIf(!dockerd)("two run side by side, and closing them leaves nothing", async () => {
  const tempDir = aTempDir();
  const env = { PATH: "", HOME: "/nowhere", XDG_RUNTIME_DIR: "/nowhere" };
  const [first, second] = await Promise.all([
    startPrivateEngine(dockerd ?? "", tempDir),
    startPrivateEngine(dockerd ?? "", tempDir),
  ]);
  const opened = await openEngine({ env: { ...env, DOCKER_HOST: `unix://${first.socketPath}` } });
  expect(opened).toMatchObject({ origin: "DOCKER_HOST", version: expect.stringMatching(/^\d+\./) });
  expect(first.socketPath).not.toBe(second.socketPath);
  await Promise.all([first.close(), second.close()]);
  await first.close();
  expect(readdirSync(tempDir)).toEqual([]);
});

test.skipIf(!dockerd)("it stops and its folder goes when the App that started it is killed", async () => {
  const tempDir = aTempDir();
  const program = `
    import { startPrivateEngine } from ${JSON.stringify(new URL("../../src/container/docker/private-engine.ts", import.meta.url).href)};
    const { socketPath } = await startPrivateEngine(${JSON.stringify(dockerd)}, ${JSON.stringify(tempDir)});
    console.log(socketPath);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = await once(child.stdout, "data");
  expect(existsSync(String(said).trim())).toBe(true);
  child.kill("SIGKILL");
  await vi.waitFor(() => expect(readdirSync(tempDir)).toEqual([]), { timeout: 20_000, interval: 100 });
});

test.skipIf(!dockerd)(
  "beside another engine it leaves that one's network alone, and takes its own with it",
  async () => {
    const tempDir = aTempDir();
    const program = `
    import { readdirSync } from "node:fs";
    import { startPrivateEngine } from ${JSON.stringify(new URL("../../src/container/docker/private-engine.ts", import.meta.url).href)};
    const networks = () => readdirSync("/sys/class/net").map((name) => name.replace(/^lg-.*/, "own")).sort();
    const engine = await startPrivateEngine(${JSON.stringify(dockerd)}, ${JSON.stringify(tempDir)});
    const during = networks();
    await engine.close();
    console.log(JSON.stringify({ during, after: networks() }));`;
    // A network of its own, in which the other engine's bridge is all there is.
    const within = `mount -t sysfs sysfs /sys && mount -t cgroup2 none /sys/fs/cgroup && ip link set lo up && ip link add docker0 type bridge && exec "$0" --input-type=module -e "$1"`;
    const args = ["--net", "--mount", "sh", "-c", within, process.execPath, program];
    const child = spawn("unshare", args, { stdio: ["ignore", "pipe", "inherit"] });
    const [said] = await once(child.stdout, "data");
    expect(JSON.parse(String(said))).toEqual({ during: ["docker0", "lo", "own"], after: ["docker0", "lo"] });
    expect(readdirSync(tempDir)).toEqual([]);
  },
);

test.skipIf(!dockerd)("a dockerd that cannot start is a fault with its own last words", async () => {
  const broken = startPrivateEngine("/bin/false", aTempDir());
  await expect(broken).rejects.toMatchObject({ name: "Fault", kind: "engine", retry: "never" });
});
