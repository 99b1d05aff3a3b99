// A workspace over the folder that it stands on, on a real engine: what a run does to it from inside, and the same where nothing protects it.
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Limits, RunRequest } from "../../src/container/run.ts";
import { measureTree } from "../../src/environment/copy.ts";
import { type Ground, prepareGround } from "../container/ground.ts";
import { describeWithDocker } from "./engine.ts";
import { ownRuntime, USER } from "./own-runtime.ts";

/** Each changes its own part of the folder, by a way of its own. */
const attacks: Readonly<Record<string, string>> = {
  write: "echo poisoned >write/file",
  append: "echo poisoned >>append/file",
  truncate: ": >truncate/file",
  mode: "chmod 777 mode/file",
  rename: "mv rename/file rename/other",
  "rename-folder": "mv rename-folder/sub rename-folder/other",
  remove: "rm -r remove/sub",
  "over-a-link": "ln -s /etc over-a-link/new; rm over-a-link/file; ln -s new/passwd over-a-link/file",
  "hard-link": "ln hard-link/file hard-link/same; echo poisoned >hard-link/same",
  "hard-link-out": "ln hard-link-out/file ./out; echo poisoned >./out",
  "open-for-reading": "exec 3<open-for-reading/file; echo poisoned >/proc/self/fd/3",
  "from-proc": "echo poisoned >/proc/self/cwd/from-proc/file",
  "in-place": 'perl -e \'open(my $f, "+<", "in-place/file"); seek($f, 2, 0); print $f "poisoned"\'',
};

/** The mark by which a kernel's overlay looks for a folder somewhere else below; only root may set it. */
const redirect = `perl -e 'my ($f, $name, $to) = ("mine", "trusted.overlay.redirect", "/elsewhere"); exit(syscall(188, $f, $name, $to, 10, 0) == 0 ? 0 : 1)'`;

function aFolder(ground: Ground, name: string): string {
  const folder = join(ground.folder, name);
  for (const attack of Object.keys(attacks)) {
    mkdirSync(join(folder, attack, "sub"), { recursive: true });
    for (const file of ["file", "sub/file"]) writeFileSync(join(folder, attack, file), "of the set-up\n");
    chmodSync(join(folder, attack, "file"), 0o644);
  }
  execFileSync("chown", ["-R", `${USER.uid}:${USER.gid}`, folder]);
  return folder;
}

async function sums(folder: string): Promise<Record<string, string>> {
  const names = Object.keys(attacks);
  const each = names.map(async (name) => {
    const texts = execFileSync("sh", ["-c", "find . -type f | sort | xargs cat", "sh"], {
      cwd: join(folder, name),
      encoding: "utf8",
    });
    return [name, `${(await measureTree(join(folder, name))).sum} ${texts}`];
  });
  return Object.fromEntries(await Promise.all(each));
}

describeWithDocker("a workspace over the folder that it stands on", (engine) => {
  async function aPlace() {
    const ground = await prepareGround();
    const instance = randomUUID();
    const below = aFolder(ground, "below");
    const work = join(ground.folder, "work");
    mkdirSync(work);
    const open = () => ownRuntime(engine(), ground.folder, { instance });
    const request = (changes: Partial<Omit<RunRequest, "limits">> & { readonly limits?: Partial<Limits> }) =>
      ground.request({ role: "check", beneath: { folder: below, work }, ...changes });
    return { ground, below, open, request };
  }
  const volumes = async () => (await engine().docker.listVolumes()).Volumes ?? [];

  test("T9: no way of writing reaches below, each of them does where the folder itself is the workspace", async () => {
    const { ground, below, open, request } = await aPlace();
    const command = `cd /workspace; ${Object.values(attacks)
      .map((attack) => `(${attack}) || echo failed`)
      .join("; ")}`;
    const before = await sums(below);
    const runtime = open();
    expect(await runtime.showsBeneath?.(ground.folder)).toBe(true);
    const { log, status } = await (await runtime.start(request({ command }))).done;
    expect({ log, status }).toEqual({ log: "", status: "finished" });
    expect(await sums(below)).toEqual(before);
    expect(readFileSync(join(ground.folder, "workspace/write/file"), "utf8")).toBe("poisoned\n");
    await runtime.forget(request({}).id);
    expect(await volumes()).toEqual([]);

    const control = aFolder(ground, "control");
    const bare = { ...ground.request({ role: "check", id: "12-k3f9-1-check-2", command }), workspaceDir: control };
    await (await runtime.start(bare)).done;
    const after = await sums(control);
    for (const attack of Object.keys(attacks)) expect(after[attack], attack).not.toBe(before[attack]);
  });

  test("T9: a run cannot have its kernel look elsewhere below, which root could", async () => {
    const { ground, open, request } = await aPlace();
    const command = `cd /workspace; mkdir mine; ${redirect} || echo refused`;
    expect((await (await open().start(request({ command }))).done).log).toBe("refused\n");
    execFileSync("sh", ["-c", redirect], { cwd: join(ground.folder, "workspace") });
  });

  test("reads what is below and writes nothing at all as a reviewer", async () => {
    const { open, request } = await aPlace();
    const command = "cat /workspace/write/file; touch /workspace/x || echo shut";
    const running = await open().start(request({ role: "reviewer", command }));
    expect(running.facts.mounts.find(({ target }) => target === "/workspace")?.writable).toBe(false);
    const { log } = await running.done;
    expect(log).toContain("of the set-up\n");
    expect(log).toContain("shut\n");
  });

  test("what is below counts nothing, and what a run writes counts as ever, also for the process that takes it up", async () => {
    const { below, open, request } = await aPlace();
    writeFileSync(join(below, "large"), Buffer.alloc(40e6), { mode: 0o644 });
    const command = "cd /workspace; test -s large && sleep 4; head -c 30000000 /dev/urandom >write/file; sleep 30";
    const [first, second] = [open(), open()];
    const small = request({
      id: "12-k3f9-1-check-2",
      command: "cd /workspace; sleep 6; test -s large",
      limits: { workspaceBytes: 20e6 },
    });
    const within = await first.start(small);
    expect((await (await second.find(within.id))?.done)?.status).toBe("finished");
    await first.forget(within.id);
    const running = await first.start(request({ command, limits: { workspaceBytes: 20e6 } }));
    const [, taken] = await Promise.all([running.done, (await second.find(running.id))?.done]);
    expect(taken?.limit).toBe("disk");
    expect(taken?.note).toContain("/workspace");
  }, 60_000);
});
