// What is counted of a run's packages: each version once, all bytes, by registry, and the hosts beside them.
import { expect, test } from "vitest";
import { countPackages } from "../../src/runs/packages.ts";

const given = (protocol: string, name: string, bytes: number) => ({
  kind: "fetched" as const,
  ...{ protocol, name, version: "1.0.0", publishedAt: null, isNew: false, bytes },
});

test("a version that is fetched twice is one package and twice its bytes, by registry", () => {
  const counted = countPackages({ now: () => 0 });
  expect(counted.sum()).toBeNull();
  for (const event of [given("npm", "one", 100), given("npm", "one", 100), given("go", "one", 7)]) counted.hear(event);
  expect(counted.sum()).toEqual({
    count: 2,
    fresh: [],
    freshCount: 0,
    registries: [
      { name: "npm", count: 1, bytes: 200 },
      { name: "go", count: 1, bytes: 7 },
    ],
  });
});

test("hosts are counted by their connections, also where no registry was asked, and only so many", () => {
  const counted = countPackages({ now: () => 0 });
  for (const host of ["a.test", "b.test", "a.test"]) counted.reached(host);
  expect(counted.sum()).toEqual({
    count: 0,
    fresh: [],
    freshCount: 0,
    hosts: [
      { name: "a.test", count: 2 },
      { name: "b.test", count: 1 },
    ],
  });
  for (let n = 0; n < 100; n++) counted.reached(`${n}.test`);
  expect(counted.sum()?.hosts).toHaveLength(10);
});
