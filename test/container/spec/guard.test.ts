// Every refusal of the guard, seen to happen: one fixture per refusal, a single change to a good spec.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { RunRequest } from "../../../src/container/run.ts";
import type { Allowed } from "../../../src/container/spec/allowed.ts";
import type { ContainerSpec, MountBody } from "../../../src/container/spec/body.ts";
import { engineRefusals, REFUSAL_NAMES, refusals } from "../../../src/container/spec/guard.ts";
import { compileAgent } from "../../../src/container/spec/spec.ts";
import { aRequest, someParts } from "../requests.ts";

const FIXTURES = new URL("../../../fixtures/specs/", import.meta.url);
const ALLOWED: Allowed = {
  roots: ["/srv/loopgate"],
  toolchain: [{ source: "/usr", target: "/usr" }],
  tools: "/srv/tools",
  runtimes: ["runc"],
  podman: false,
};

function optionsOf(mount: MountBody | undefined): string {
  return mount?.Type === "volume" ? mount.VolumeOptions.DriverConfig.Options.o : "";
}

function driven(Options: object) {
  return { VolumeOptions: { NoCopy: true, DriverConfig: { Name: "local", Options } } };
}

const serviceTmpfs = "rw,nosuid,nodev,size=4096,nr_inodes=10";

function mountOf(Source: string, Target = Source) {
  return { Type: "bind", Source, Target, ReadOnly: true, BindOptions: { Propagation: "rprivate" } };
}

interface Refused {
  readonly of: string;
  /** Dotted places in the create body and their new values; null removes. Label names keep their own dots. */
  readonly change: Readonly<Record<string, unknown>>;
}

describe("the guard", () => {
  test.each(["executor", "reviewer", "check", "relay", "service"])("accepts the %s's spec", (name) => {
    expect(refusals(readSpec(name), ALLOWED)).toEqual([]);
  });

  test("has a fixture for every refusal and no other", () => {
    const fixtures = readdirSync(new URL("refused/", FIXTURES)).map((file) => file.replace(/\.json$/, ""));
    expect(fixtures.sort()).toEqual([...REFUSAL_NAMES].sort());
  });

  test.each(REFUSAL_NAMES)("refuses %s, and names nothing else", (name) => {
    const refused = readJson<Refused>(`refused/${name}`);
    expect(refusals(changed(readSpec(refused.of), refused.change), ALLOWED)).toEqual([name]);
  });

  test("refuses a reviewer that could write to the workspace", () => {
    const spec = compileAgent(aRequest({ role: "executor" }), someParts(), "");
    const asReviewer = changed(spec, { "Labels.loopgate.role": "reviewer" });
    expect(refusals(asReviewer, ALLOWED)).toEqual(["mount_writable"]);
  });

  test("refuses a relay on any network", () => {
    expect(refusals(changed(readSpec("relay"), { "HostConfig.NetworkMode": "bridge" }), ALLOWED)).toEqual(["network"]);
  });

  test("refuses an agent that joins another run's relay", () => {
    const spec = changed(readSpec("executor"), { "HostConfig.NetworkMode": "container:loopgate-13-relay" });
    expect(refusals(spec, ALLOWED)).toEqual(["network"]);
  });

  test("refuses a server that joins another run than its own, and anything else that joins one", () => {
    const joining = (id: string, joins: string) =>
      refusals(compileAgent(aRequest({ id, joins, gatewaySocket: null, role: "check" }), someParts(), ""), ALLOWED);
    expect(joining("12-k3f9-1-server-docs", "12-k3f9-1")).toEqual([]);
    expect(joining("12-k3f9-1-server-docs", "13-abcd-1")).toEqual(["network"]);
    expect(joining("12-k3f9-1-server-docs", "12-k3f9")).toEqual(["network"]);
    expect(joining("12-k3f9-1-asked", "12-k3f9-1")).toEqual(["network"]);
  });

  test.each([
    ["no network of its own", { "HostConfig.NetworkMode": "none" }, ["network"]],
    ["another network", { "HostConfig.NetworkMode": "bridge" }, ["network"]],
    ["another run's network", { "HostConfig.NetworkMode": "container:loopgate-13-relay" }, ["network"]],
    ["another service's name", { "Labels.loopgate.service": "cache" }, ["name_of_another"]],
    ["root", { User: "0:0" }, ["user_is_root"]],
    ["a writable root", { "HostConfig.ReadonlyRootfs": false }, ["root_writable"]],
    ["memory over the kernel's files", { "HostConfig.Tmpfs": { "/proc/x": serviceTmpfs } }, ["tmpfs_unsafe"]],
    ["memory over everything", { "HostConfig.Tmpfs": { "/": serviceTmpfs } }, ["tmpfs_unsafe"]],
    ["memory without a size", { "HostConfig.Tmpfs": { "/data": "rw,nosuid,nodev,nr_inodes=10" } }, ["tmpfs_unsafe"]],
    ["a folder of the run", { "HostConfig.Mounts": [mountOf("/srv/loopgate/runs/12")] }, ["mount_target"]],
    ["the agent's workspace", { "HostConfig.Mounts": [mountOf("/srv/loopgate/x", "/workspace")] }, ["mount_target"]],
    ["a folder of the host", { "HostConfig.Mounts": [mountOf("/etc")] }, ["mount_outside", "mount_target"]],
    ["the operator's tools", { "HostConfig.Mounts": [mountOf("/srv/tools", "/opt/loopgate/tools")] }, ["mount_tools"]],
    ["a volume", { Volumes: { "/data": {} } }, ["volume"]],
    ["a port outside", { "HostConfig.PortBindings": {} }, ["port_published"]],
    ["what is no variable", { Env: ["a b=c"] }, ["env_unknown"]],
    ["a real credential", { Env: ["A=ghp_0123456789abcdefghijABCDEFGHIJ012345"] }, ["env_credential"]],
  ] as const)("refuses a service with %s", (_, change, expected) => {
    expect(refusals(changed(readSpec("service"), change), ALLOWED)).toEqual(expected);
  });

  test("refuses a relay that joins another run's network", () => {
    const spec = changed(readSpec("relay"), { "HostConfig.NetworkMode": "container:loopgate-13" });
    expect(refusals(spec, ALLOWED)).toEqual(["network"]);
  });

  test.each(["/", "/srv", "/srv/loopgate", "/srv/loopgate-other/x", "/etc", "/proc", "/root"])(
    "refuses a workspace at %s",
    (workspaceDir) => {
      const spec = compileAgent(aRequest({ workspaceDir }), someParts(), "");
      expect(refusals(spec, ALLOWED)).toContain("mount_outside");
    },
  );

  test("accepts the operator's tools, read-only, and no others", () => {
    const mounting = (tools: string) => compileAgent(aRequest(), someParts({ tools }), "");
    expect(refusals(mounting("/srv/tools"), ALLOWED)).toEqual([]);
    expect(refusals(mounting("/srv/loopgate/runs/12"), ALLOWED)).toEqual(["mount_tools"]);
    expect(refusals(mounting("/srv/tools"), { ...ALLOWED, tools: null })).toEqual(["mount_tools"]);
    const { Mounts } = mounting("/srv/tools").body.HostConfig;
    const writable = Mounts.map((mount) =>
      mount.Type === "bind" && mount.Source === "/srv/tools" ? { ...mount, ReadOnly: false } : mount,
    );
    const asWritable = changed(mounting("/srv/tools"), { "HostConfig.Mounts": writable });
    expect(refusals(asWritable, ALLOWED)).toEqual(["mount_writable"]);
    const asRelay = changed(readSpec("relay"), { "HostConfig.Mounts": Mounts.slice(-1) });
    expect(refusals(asRelay, ALLOWED)).toEqual(["mount_tools"]);
  });

  describe("a workspace over the folder that it stands on", () => {
    const below = "/srv/loopgate/environments/a/tree";
    const beneath = { folder: below, work: "/srv/loopgate/runs/12/work" };
    const standing = (changes: Partial<RunRequest> = {}) =>
      compileAgent(aRequest({ beneath, ...changes }), someParts(), "");
    const [mounted] = standing().body.HostConfig.Mounts;

    test.each(["executor", "reviewer", "check"] as const)("is accepted for a %s", (role) => {
      expect(optionsOf(standing({ role }).body.HostConfig.Mounts[0]).endsWith(",ro")).toBe(role === "reviewer");
      expect(refusals(standing({ role }), ALLOWED)).toEqual([]);
    });

    test.each([
      ["outside below", { beneath: { ...beneath, folder: "/etc" } }, ["mount_outside"]],
      ["a root itself below", { beneath: { ...beneath, folder: "/srv/loopgate" } }, ["mount_outside"]],
      ["outside for what is written", { workspaceDir: "/root" }, ["mount_outside"]],
      ["outside beside it", { beneath: { ...beneath, work: "/tmp/work" } }, ["mount_outside"]],
      ["itself below", { beneath: { ...beneath, folder: aRequest().workspaceDir } }, ["mount_outside"]],
      ["below within it", { beneath: { ...beneath, folder: `${aRequest().workspaceDir}/x` } }, ["mount_outside"]],
      ["steps upwards", { beneath: { ...beneath, folder: "/srv/loopgate/../../etc" } }, ["mount_unreadable"]],
      ["a second folder below", { beneath: { ...beneath, folder: `${below}:/etc` } }, ["mount_unreadable"]],
      ["an option more", { beneath: { ...beneath, work: "/srv/loopgate/w,suid" } }, ["mount_unreadable"]],
    ] as const)("is refused with %s", (_, changes, expected) => {
      expect(refusals(standing(changes), ALLOWED)).toEqual(expected);
    });

    test.each([
      ["at another place", { Target: "/etc" }, ["mount_target", "mount_writable"]],
      ["by a name", { Source: "loopgate-volume" }, ["mount_unreadable"]],
      ["of a disk", driven({ type: "ext4", device: "/dev/sda1", o: "" }), ["mount_unreadable"]],
      ["of a folder of the host", driven({ type: "none", device: "/etc", o: "bind" }), ["mount_unreadable"]],
      [
        "with an option more",
        driven({ type: "overlay", device: "overlay", o: `${optionsOf(mounted)},suid` }),
        ["mount_unreadable"],
      ],
      [
        "by nobody knows which driver",
        { VolumeOptions: { NoCopy: true, DriverConfig: { Name: "other" } } },
        ["mount_unreadable"],
      ],
    ] as const)("is refused %s", (_, changes, expected) => {
      const spec = changed(standing(), { "HostConfig.Mounts": [{ ...mounted, ...changes }] });
      expect(refusals(spec, ALLOWED)).toEqual(expected);
    });

    test("is refused writable for a reviewer, and for a relay", () => {
      const asReviewer = changed(standing(), { "Labels.loopgate.role": "reviewer" });
      expect(refusals(asReviewer, ALLOWED)).toEqual(["mount_writable"]);
      const asRelay = changed(readSpec("relay"), { "HostConfig.Mounts": [mounted] });
      expect(refusals(asRelay, ALLOWED)).toEqual(["mount_target", "mount_writable"]);
    });
  });

  test("does not judge a path that steps upwards, and refuses it", () => {
    const spec = compileAgent(aRequest({ workspaceDir: "/srv/loopgate/../../etc" }), someParts(), "");
    expect(refusals(spec, ALLOWED)).toEqual(["mount_unreadable"]);
  });

  test("refuses everything when no root is given", () => {
    expect(refusals(readSpec("executor"), { ...ALLOWED, roots: [] })).toEqual(["mount_outside"]);
  });

  test.each([
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "github_pat_11ABCDEFG0123456789_abcdefghijklmnop",
    "sk-ant-api03-abcdefghijklmnopqrstuvwxyz",
    "AIzaSyA0123456789abcdefghijklmnopqrstuv",
    "-----BEGIN RSA PRIVATE KEY-----",
  ])("refuses an environment value shaped like %s", (value) => {
    const spec = compileAgent(aRequest({ env: { ANTHROPIC_API_KEY: value } }), someParts(), "");
    expect(refusals(spec, ALLOWED)).toEqual(["env_credential"]);
  });
});

describe("an engine", () => {
  const able = {
    SecurityOptions: ["name=seccomp,profile=default"],
    MemoryLimit: true,
    PidsLimit: true,
    CpuCfsQuota: true,
  };

  test("that can enforce the baseline is accepted", () => {
    expect(engineRefusals(able)).toEqual([]);
  });

  test.each([
    ["seccomp", { SecurityOptions: ["name=apparmor"] }],
    ["memory limit", { MemoryLimit: false }],
    ["process limit", { PidsLimit: false }],
    ["CPU limit", { CpuCfsQuota: false }],
  ])("without %s is refused", (missing, change) => {
    expect(engineRefusals({ ...able, ...change })).toEqual([missing]);
  });
});

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FIXTURES), "utf8")) as T;
}

function readSpec(name: string): ContainerSpec {
  return readJson<ContainerSpec>(name);
}

function changed(spec: ContainerSpec, change: Refused["change"]): ContainerSpec {
  const copy = structuredClone(spec) as unknown as { body: Record<string, Record<string, unknown>> };
  for (const [place, value] of Object.entries(change)) {
    const [first = "", ...rest] = place.split(".");
    const inner = rest.length === 0 ? (copy.body as Record<string, unknown>) : copy.body[first];
    const key = rest.length === 0 ? first : rest.join(".");
    if (inner && value === null) delete inner[key];
    else if (inner) inner[key] = value;
  }
  return copy as unknown as ContainerSpec;
}
