// What a run compiles to, whole: read these files before accepting a change to them.
import { expect, test } from "vitest";
import { compileAgent, compileRelay, compileService } from "../../../src/container/spec/spec.ts";
import { aRequest, aService, someParts } from "../requests.ts";

const asFile = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const golden = (name: string) => `../../../fixtures/specs/${name}.json`;

test("an executor compiles to the whole baseline, its workspace writable", async () => {
  const spec = compileAgent(aRequest(), someParts(), "(entry)");
  await expect(asFile(spec)).toMatchFileSnapshot(golden("executor"));
});

test("a reviewer compiles to the same baseline, its workspace read-only", async () => {
  const request = aRequest({ id: "12-k3f9-1-reviewer-1", role: "reviewer", env: {} });
  await expect(asFile(compileAgent(request, someParts(), "(entry)"))).toMatchFileSnapshot(golden("reviewer"));
});

test("a check compiles to the same baseline, without a way out when it has no gateway", async () => {
  const request = aRequest({ id: "12-k3f9-1-check-1", role: "check", gatewaySocket: null, objectsDir: null, env: {} });
  await expect(asFile(compileAgent(request, someParts(), "(entry)"))).toMatchFileSnapshot(golden("check"));
});

test("the relay joins the agent's network, sees only the gateway's folder, and is hardened like the agent", async () => {
  const parts = { ...someParts(), command: ["node", "/app/relay.mjs"] };
  const spec = compileRelay(aRequest(), parts, { folder: "/srv/loopgate/runs/12/gateway", file: "gateway.sock" });
  await expect(asFile(spec)).toMatchFileSnapshot(golden("relay"));
});

test("a service joins the relay's network, starts what its image starts, and writes to memory of its own alone", async () => {
  const { image } = someParts();
  const own = {
    entrypoint: ["docker-entrypoint.sh"],
    command: ["postgres"],
    volumes: ["/var/lib/data"],
    ports: [5432],
  };
  const service = aService("db", { env: { POSTGRES_PASSWORD: "test" }, tmpfs: ["/var/run/db"] });
  const spec = compileService(aRequest({ services: [service] }), service, someParts({ image: { ...image, ...own } }));
  await expect(asFile(spec)).toMatchFileSnapshot(golden("service"));
});

test("without a gateway a relay holds the namespace open for the services, and the agent joins it", () => {
  const request = aRequest({ gatewaySocket: null, services: [aService("db")] });
  const relay = compileRelay(request, { ...someParts(), command: ["node", "/app/relay.mjs"] }, null).body;
  expect([relay.Cmd, relay.HostConfig.Mounts, relay.HostConfig.NetworkMode]).toEqual([["hold"], [], "none"]);
  const agent = compileAgent(request, someParts(), "");
  expect(agent.body.HostConfig.NetworkMode).toBe(`container:${agent.name}-relay`);
  expect(agent.body.Labels["loopgate.services"]).toBe("db");
});

test("the gateway's port takes the place of {port} in every value", () => {
  const { body } = compileAgent(aRequest({ env: { LOOP_A: "{port}/{port}" } }), someParts(), "");
  expect(body.Env).toContain("LOOP_A=8417/8417");
});

test("the operator's tools are mounted for the agent and come first on its path", () => {
  const { body } = compileAgent(aRequest(), someParts({ tools: "/srv/tools" }), "");
  const bind = { Type: "bind", ReadOnly: true, BindOptions: { Propagation: "rprivate" } };
  expect(body.HostConfig.Mounts).toContainEqual({ ...bind, Source: "/srv/tools", Target: "/opt/loopgate/tools" });
  expect(body.Env.filter((line) => line.startsWith("PATH="))).toEqual([
    "PATH=/opt/loopgate/tools/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  ]);
  expect(compileAgent(aRequest(), someParts(), "").body.Env.join()).not.toContain("PATH=");
});

test("a request cannot overwrite where things are or which role it plays", () => {
  const env = { LOOP_ROLE: "reviewer", LOOP_WORKSPACE: "/", LOOP_DIR: "/", LOOP_ATTEMPT: "9" };
  const { body } = compileAgent(aRequest({ env }), someParts(), "");
  expect(body.Env).toEqual(
    expect.arrayContaining(["LOOP_ROLE=executor", "LOOP_WORKSPACE=/workspace", "LOOP_DIR=/loop", "LOOP_ATTEMPT=1"]),
  );
});

test("a run gets no more processors than the engine has, and AppArmor only where there is one", () => {
  const request = aRequest({ limits: { ...aRequest().limits, cpus: 16 } });
  const { HostConfig } = compileAgent(
    request,
    someParts({ host: { cpus: 2, apparmor: false, filter: false, podman: false } }),
    "",
  ).body;
  expect(HostConfig.NanoCpus).toBe(2e9);
  expect(HostConfig.SecurityOpt).toEqual(["no-new-privileges:true"]);
});
