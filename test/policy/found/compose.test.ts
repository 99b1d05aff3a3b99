// A service that stands in a Compose file of the repository: what of it a run's service is, and what is refused by name.
import { expect, it } from "vitest";
import { serviceInCompose } from "../../../src/policy/found/compose.ts";

const read = (services: string, name = "db") =>
  serviceInCompose(`services:\n${services.replace(/^/gm, "  ")}\n`, "compose.yaml", name);
const message = (...given: Parameters<typeof read>) => {
  const result = read(...given);
  return result.ok ? "used" : result.message;
};

it("is taken with image, command, variables, readiness and folders, its variables at their defaults", () => {
  const text = `x-common: &common
  restart: unless-stopped
services:
  app: { build: . }
  db:
    <<: *common
    image: "postgres:\${PG_VERSION:-17}"
    container_name: shop-db
    command: postgres -c fsync=off
    environment:
      POSTGRES_PASSWORD: \${POSTGRES_PASSWORD-test}
      POSTGRES_DB: shop
    ports: ["\${DB_PORT:-5432}:5432", "127.0.0.1:9187:9187/tcp", { target: 80, published: 80 }]
    volumes: [pgdata:/var/lib/postgresql/data, /var/cache/db]
    tmpfs: /run/pg:size=64m
    healthcheck: { test: ["CMD-SHELL", "pg_isready -U $\${POSTGRES_USER:-postgres}"], interval: 5s }
volumes: { pgdata: {} }
`;
  expect(serviceInCompose(text, "compose.yaml", "db")).toEqual({
    ok: true,
    service: {
      image: "postgres:17",
      command: ["postgres", "-c", "fsync=off"],
      env: { POSTGRES_PASSWORD: "test", POSTGRES_DB: "shop" },
      ready: `pg_isready -U \${POSTGRES_USER:-postgres}`,
      tmpfs: ["/run/pg", "/var/lib/postgresql/data", "/var/cache/db"],
    },
  });
});

it.each([
  ['healthcheck: { test: [CMD, pg_isready, -U, "it\'s"] }', { ready: `pg_isready -U 'it'\\''s'` }],
  ["healthcheck: { test: [NONE] }", {}],
  ["healthcheck: { disable: true }", {}],
  ["command: [redis-server, --save, '']", { command: ["redis-server", "--save", ""] }],
  ["environment: [A=1, B=]", { env: { A: "1", B: "" } }],
  ["privileged: false", {}],
])("%s is understood", (line, expected) => {
  const result = read(`db:\n  image: x\n  ${line}`);
  expect(result.ok && result.service).toEqual({ image: "x", env: {}, tmpfs: [], ...expected });
});

it.each([
  ["image: x\nprivileged: true", "`privileged`"],
  ["image: x\nnetwork_mode: host", "`network_mode`"],
  ["image: x\ncap_add: [NET_ADMIN]\ndevices: [/dev/kvm]\npid: host", "`cap_add`, `devices`, `pid`"],
  ["image: x\nvolumes: [./data:/data]", "`volumes`: `./data`"],
  ["image: x\nvolumes: [/var/run/docker.sock:/var/run/docker.sock]", "`volumes`: `/var/run/docker.sock`"],
  ["image: x\nvolumes: [{ type: bind, source: ~/x, target: /x }]", "`volumes`: `?/x`"],
  [`image: x\nvolumes: ["\${DATA:-./data}:/data"]`, "`volumes`: `./data`"],
  ["image: x\nvolumes: [data:/proc/x]", "`volumes`: `data`"],
  ["image: x\nextends: { service: base }\nenv_file: .env\nuser: root", "`extends`, `env_file`, `user`"],
  ['image: x\nports: ["5433:5432"]', "`ports`: `5433:5432`, since it answers on `5432` here"],
  ["build: .", "`build`"],
  ["command: x", "no `image`"],
  [`image: "x:\${V}"`, `\`image\` with \`\${V}\`, which has no default`],
  [`image: "x:\${V:?}"`, `\`image\` with \`\${V}\`, which has no default`],
  ["image: x\nenvironment: [TOKEN]", "the variable `TOKEN`, which has no value here"],
  [`image: x\nenvironment: { A: "\${HOME}" }`, `\`A\` with \`\${HOME}\`, which has no default`],
  ['image: x\ncommand: sh -c "sleep 1"', "`command` with quotes: give it as a list"],
])("%j is refused by name", (lines, named) => {
  expect(message(`db:\n${lines.replace(/^/gm, "  ")}`)).toBe(
    `\`compose.yaml\` asks for ${named} there, which no service beside a run can have`,
  );
});

it("a file or a service that is not there is said", () => {
  expect(message("web: { image: x }\ncache: { image: x }")).toBe(
    "`compose.yaml` has no service `db`; it has `web`, `cache`",
  );
  const at = (text: string | null) => serviceInCompose(text, "compose.yaml", "db");
  expect(at(null)).toEqual({ ok: false, message: "`compose.yaml` is not there, or no text that can be read whole" });
  expect(at("a: 1")).toEqual({ ok: false, message: "`compose.yaml` is no Compose file with `services`" });
});
