// What the thread's line on the environment says of a set-up's way out.
import { expect, test } from "vitest";
import type { SetUp } from "../../src/loop/state.ts";
import { statusComment } from "../../src/report/report.ts";
import { anAttempt, aPublishedLoop, aRun, labelledAt, sha, someRules } from "../loop/builder.ts";

/** The words between how the set-up came about and what runs may fetch. */
function said(setUp: Partial<SetUp>): string {
  const provenance = {
    ...{ orderSha256: null, policySha256: "4".repeat(64), base: sha("a"), startFrom: sha("a"), image: null },
    ...{ agent: "command" as const, agentVersion: "1", readyMs: 5 },
    setUp: { madeMs: 5_000, changed: [], strays: [], ...setUp },
  };
  const limits = { memoryBytes: 2 ** 31, cpus: 2, processes: 256, tmpBytes: 2 ** 29, diskBytes: 2 ** 32 };
  const rules = someRules({ environment: { ...limits, env: {}, setup: ["npm ci"], cache: [] } });
  const state = aPublishedLoop({ attempts: [anAttempt({ runs: [aRun({ provenance })] })], rules });
  return /, set-up made in 5 s(.*)$/m.exec(statusComment(state, labelledAt))?.[1] ?? "not there";
}

const none = { count: 0, fresh: [], freshCount: 0 };

test("packages are told by registry, with their bytes", () => {
  const registries = [
    { name: "npm", count: 17, bytes: 4_404_019 },
    { name: "pypi", count: 1, bytes: 900 },
  ];
  const packages = { ...none, count: 18, registries };
  expect(said({ packages })).toBe(" with 18 packages (npm: 17, 4.2 MiB; pypi: 1, 900 bytes)");
  expect(said({ packages: { ...none, count: 18 } })).toBe(" with 18 packages"); // as older set-ups were kept
  expect(said({})).toBe("");
});

test("hosts that it reached and what it was refused are told too, also where no package was fetched", () => {
  const hosts = [
    { name: "a.test", count: 2 },
    { name: "b.test", count: 1 },
  ];
  const refused = ["host evil.test:443 ×3", "package /npm/left-pad"];
  expect(said({ packages: { ...none, hosts }, refused })).toBe(
    "; it reached `a.test` ×2, `b.test`; it **was refused** `host evil.test:443 ×3, package /npm/left-pad`",
  );
});
