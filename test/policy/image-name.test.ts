// What an image's name means, and which of them an operator's list has.
import { expect, test } from "vitest";
import { byDigest, isListed, listedProblem, readImageName } from "../../src/policy/image-name.ts";

const digest = `sha256:${"0f".repeat(32)}`;

test.each([
  ["postgres", "docker.io", "library/postgres", "latest", null],
  ["postgres:17", "docker.io", "library/postgres", "17", null],
  ["index.docker.io/library/postgres", "docker.io", "library/postgres", "latest", null],
  ["ours/tools:a-B.1", "docker.io", "ours/tools", "a-B.1", null],
  ["ghcr.io/ours/tools", "ghcr.io", "ours/tools", "latest", null],
  ["GHCR.io/ours/tools", "ghcr.io", "ours/tools", "latest", null],
  ["localhost/tools", "localhost", "tools", "latest", null],
  ["127.0.0.1:5000/a/b:1", "127.0.0.1:5000", "a/b", "1", null],
  [`ghcr.io/ours/tools@${digest}`, "ghcr.io", "ours/tools", null, digest],
  [`ghcr.io/ours/tools:1@${digest}`, "ghcr.io", "ours/tools", "1", digest],
])("%s is read as the engine reads it", (reference, registry, repository, tag, by) => {
  expect(readImageName(reference)).toEqual({ registry, repository, tag, digest: by });
});

test.each([
  "",
  "Postgres",
  "a//b",
  "ghcr.io/../ours/tools",
  "ghcr.io/ours/../others/tools",
  "ghcr.io/ours/tools@sha256:short",
  "ghcr.io/ours/tools:",
  "user:word@ghcr.io/ours/tools",
  "https://ghcr.io/ours/tools",
  "ghcr.io/ours/tools?x",
  "ghcr.io/ours/tools\n",
  "-x.io/ours/tools",
])("%j is no image's name", (reference) => {
  expect(readImageName(reference)).toBeNull();
});

test.each([
  ["postgres:17", "postgres", true],
  ["postgres", "docker.io/library/*", true],
  [`docker.io/library/postgres@${digest}`, "postgres", true],
  ["postgres2", "postgres", false],
  ["ghcr.io/library/postgres", "postgres", false],
  ["ghcr.io/ours/tools:1", "ghcr.io/ours/*", true],
  ["ghcr.io/ours/deep/tools", "ghcr.io/ours/*", true],
  ["ghcr.io/ours2/tools", "ghcr.io/ours/*", false],
  ["ghcr.io.example/ours/tools", "ghcr.io/ours/*", false],
  ["ours/tools", "ours/*", true],
  ["ours/tools", "docker.io/ours/*", true],
  ["localhost:5000/ours/tools", "ours/*", false],
])("%s in a list with %s: %s", (reference, pattern, is) => {
  const name = readImageName(reference);
  expect(name !== null && isListed(name, [pattern])).toBe(is);
});

test("an entry of the list names a repository or a folder of them, and no tag, digest or part of a name", () => {
  for (const entry of ["postgres", "ghcr.io/ours/tools", "ghcr.io/ours/*", "127.0.0.1:5000/a/*", "ghcr.io/*"])
    expect(listedProblem(entry)).toBeNull();
  for (const entry of ["postgres:17", `a/b@${digest}`, "ghcr.io/ours/t*", "*", "https://ghcr.io/a", "ghcr.io/ours/"])
    expect(listedProblem(entry)).toContain("is neither a repository of images");
});

test("an image by its content has its whole name", () => {
  const name = readImageName("postgres:17");
  expect(name && byDigest(name, digest)).toBe(`docker.io/library/postgres@${digest}`);
});
