// Real repositories, each of another kind: where its sources come from, what its policy says, and what its agent runs.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { editManifest, lockedCount, lockNpm, run, unpackDebian, unpackNpm, writeFiles } from "./sources.ts";

export interface RealRepository {
  readonly kind: string;
  /** Why this machine cannot have it; null: it can. */
  readonly lacks: () => string | null;
  /** Fills the folder, but for the policy. */
  readonly make: (folder: string) => void;
  /** The policy, as YAML. */
  readonly policy: string;
  /** The repository's own tests, as its agent and its check run them. */
  readonly tests: string;
}

const postgres = "/usr/lib/postgresql/15/bin";

/** With the user and the database that the repository's tests name. */
const startPostgres = `${postgres}/initdb -D /data/db -A trust -U nodetest >/dev/null && echo 'create database nodetest' | ${postgres}/postgres --single -D /data/db postgres >/dev/null && exec ${postgres}/postgres -D /data/db -k /tmp -c listen_addresses=127.0.0.1`;

const policyOf = (environment: string, tests: string) =>
  `environment:\n${environment.replace(/^/gm, "  ")}\nchecks:\n  run: [{ name: tests, command: ${JSON.stringify(tests)}, minutes: 20 }]\n`;

const needs =
  (...paths: readonly string[]) =>
  () => {
    const missing = paths.filter((path) => !existsSync(path));
    return missing.length === 0 ? null : `${missing.join(", ")} is not there`;
  };

const bigNode = "memory: 4 GiB\ntmp: 2 GiB\nprocesses: 512\n";

export const repositories: readonly RealRepository[] = [
  repository({
    kind: "npm with a lockfile of more than 300 packages",
    lacks: () => null,
    make(folder) {
      unpackNpm("qs@6.14.0", folder);
      // One of its tools comes by git from a host that no registry stands for.
      editManifest(folder, ({ devDependencies: { evalmd: _, ...rest } = {}, ...manifest }) => ({
        ...manifest,
        devDependencies: rest,
      }));
      writeFiles(folder, { ".gitignore": "node_modules\n.nyc_output\ncoverage\n" });
      lockNpm(folder);
      if (lockedCount(folder) < 300) throw new Error(`its lockfile has ${lockedCount(folder)} packages only`);
    },
    environment: `${bigNode}setup: [npm ci]`,
    tests: "npm run tests-only",
  }),
  repository({
    kind: "a pnpm monorepo",
    lacks: () => null,
    make(folder) {
      const members = [
        "side-channel@1.1.0",
        "side-channel-list@1.0.0",
        "side-channel-map@1.0.1",
        "side-channel-weakmap@1.0.2",
      ];
      const names = members.map((spec) => spec.split("@")[0] ?? "");
      for (const [index, spec] of members.entries()) {
        const member = join(folder, "packages", names[index] ?? "");
        unpackNpm(spec, member);
        editManifest(member, ({ dependencies = {}, ...manifest }) => ({
          ...manifest,
          scripts: { test: "tape 'test/**/*.js'" },
          dependencies: Object.fromEntries(
            Object.entries(dependencies as object).map(([name, range]) => [
              name,
              names.includes(name) ? "workspace:*" : range,
            ]),
          ),
          devDependencies: { tape: "^5.9.0" },
        }));
      }
      writeFiles(folder, {
        ".gitignore": "node_modules\n.tools\n.pnpm-store\n",
        "pnpm-workspace.yaml": "packages: ['packages/*']\n",
        "package.json": '{ "name": "channels", "private": true, "packageManager": "pnpm@9.15.9" }\n',
      });
      run(folder, "npx", ["--yes", "pnpm@9.15.9", "install", "--lockfile-only"]);
    },
    environment: `${bigNode}setup:
  - npm install --no-save --no-package-lock --prefix .tools pnpm@9.15.9
  - .tools/node_modules/.bin/pnpm install --frozen-lockfile --store-dir .pnpm-store`,
    tests: ".tools/node_modules/.bin/pnpm --recursive test",
  }),
  repository({
    kind: "a native addon",
    lacks: needs("/usr/bin/g++", "/usr/bin/make", "/usr/bin/python3", "/usr/include/node/node_api.h"),
    make(folder) {
      unpackNpm("bcrypt@5.1.1", folder);
      rmSync(join(folder, "lib"), { recursive: true, force: true });
      writeFiles(folder, { ".gitignore": "node_modules\nlib\nbuild\n" });
      lockNpm(folder);
    },
    environment: `${bigNode}env: { npm_config_build_from_source: "true", npm_config_nodedir: /usr, PYTHON: /usr/bin/python3 }
setup: [npm ci]`,
    tests: "npx jest --maxWorkers 1 --testPathIgnorePatterns repetitions", // which has ten seconds for what a busy machine takes longer for
  }),
  repository({
    kind: "one that needs Postgres",
    lacks: needs(`${postgres}/postgres`),
    make(folder) {
      unpackNpm("pg-tx@1.0.1", folder);
      writeFiles(folder, {
        ".gitignore": "node_modules\n",
        ".env": "POSTGRES_URL=postgres://nodetest@127.0.0.1/nodetest\n",
      });
      lockNpm(folder);
    },
    environment: `${bigNode}services:
  postgres:
    image: toolchain
    command: [sh, -c, ${JSON.stringify(startPostgres)}]
    ready: ${postgres}/psql -h 127.0.0.1 -U nodetest nodetest -c "select 1"
    tmpfs: [/data]
    memory: 1 GiB
setup: [npm ci]`,
    tests: "npm test -- --env=node", // its client needs what the browser that jest plays lacks
  }),
  repository({
    kind: "one that needs a browser",
    lacks: needs("/usr/lib/chromium/chromium"),
    make(folder) {
      unpackNpm("clipboard@2.0.11", folder);
      // One of its tools wants an older webpack than the others.
      writeFiles(folder, {
        ".gitignore": "node_modules\n",
        ".npmrc": "legacy-peer-deps=true\n",
        // Debian's own starter reads a folder of /etc, where the image has none; and a run is its own sandbox.
        "chrome.sh": '#!/bin/sh\nexec /usr/lib/chromium/chromium --no-sandbox --disable-dev-shm-usage "$@"\n',
      });
      run(folder, "chmod", ["+x", "chrome.sh"]);
      lockNpm(folder);
    },
    environment: `${bigNode}env: { CHROME_BIN: /workspace/chrome.sh }
setup: [npm ci]`,
    tests: "npm test",
  }),
  repository({
    kind: "one in Go",
    lacks: needs("/usr/bin/go", "/usr/bin/apt-get"),
    make(folder) {
      unpackDebian("golang-github-spf13-pflag-dev", "usr/share/gocode/src/github.com/spf13/pflag", folder);
      writeFiles(folder, { ".gitignore": ".go\n" });
    },
    environment: `memory: 4 GiB
env: { GOCACHE: /workspace/.go/build, GOMODCACHE: /workspace/.go/mod, GOFLAGS: -modcacherw }
setup: [go build ./...]`,
    tests: "go test -vet=off ./...", // newer than its tests, vet finds fault with one
  }),
];

function repository({
  environment,
  ...rest
}: Omit<RealRepository, "policy"> & { readonly environment: string }): RealRepository {
  return { ...rest, policy: policyOf(environment, rest.tests) };
}
