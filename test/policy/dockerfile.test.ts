// Which Dockerfiles are built, and by which name the rest is refused.
import { expect, test } from "vitest";
import { readDockerfile } from "../../src/policy/dockerfile.ts";

test("a Dockerfile of several stages tells which images it is built from, each once", () => {
  const text = `# our tools
ARG VERSION=24
FROM node:\${VERSION} AS build
COPY --chown=1:1 package.json ./
RUN npm run build \\
  # a comment between two lines

  && echo "<<< done"
FROM build AS Again
FROM debian:12@sha256:${"0".repeat(64)}
COPY --from=build /out /out
COPY --from=1 /a /b
HEALTHCHECK --interval=5s CMD true
`;
  expect(readDockerfile(text)).toEqual({
    ok: true,
    bases: ["node:24", `debian:12@sha256:${"0".repeat(64)}`],
    steps: 9,
  });
  expect(readDockerfile(text, { VERSION: "22" })).toMatchObject({
    ok: true,
    bases: [expect.stringMatching(/^node:22$/), expect.anything()],
  });
});

test.each([
  ["# syntax=docker/dockerfile:1\nFROM a", "# syntax"],
  ["\n#Syntax = somebody/frontend\nFROM a", "# syntax"],
  ["# escape=`\nFROM a", "# escape"],
  ["FROM a\nADD https://example.com/x /x", "`ADD` of an address"],
  ['FROM a\nADD ["http://example.com/x", "/x"]', "`ADD` of an address"],
  ["FROM a\nADD git@github.com:a/b.git /x", "`ADD` of an address"],
  ["FROM a\nARG U\nADD $U /x", "`ADD` of an address"],
  ["FROM a\nADD \\\n  ftp://example.com/x /x", "`ADD` of an address"],
  ["FROM a\nADD --checksum=sha256:0 x /x", "`ADD --checksum`"],
  ["FROM a\nRUN --mount=type=secret,id=x cat /run/secrets/x", "`RUN --mount`"],
  ["FROM a\nRUN --mount=type=ssh true", "`RUN --mount`"],
  ["FROM a\nrun \\\n --security=insecure true", "`RUN --security`"],
  ["FROM a\nRUN --network=host true", "`RUN --network`"],
  ["FROM a\nRUN <<EOF\ntrue\nEOF", "`RUN` with a document"],
  ["FROM a\nCOPY <<-'X' /x\nX", "`COPY` with a document"],
  ["FROM a\nCOPY --link x /x", "`COPY --link`"],
  ["FROM a\nCOPY --from=other:1 /x /x", "`COPY --from` an image"],
  ["FROM --platform=linux/arm64 a", "`FROM --platform`"],
  ["ARG B\nFROM $B", "`FROM` without an image's name"],
  ["FROM a b c", "`FROM` without an image's name"],
  ["FROM a\nVOLUME /data", "`VOLUME`"],
  ["FROM a\nONBUILD RUN true", "`ONBUILD`"],
  ["FROM a\nINCLUDE other", "`INCLUDE`, which is not known"],
  ["FROM a\nconstructor x", "`CONSTRUCTOR`, which is not known"],
  ["RUN true", "no `FROM`"],
  [`FROM a\n${"RUN true\n".repeat(300)}`, "more than 200 instructions"],
])("%j is refused: %s", (text, words) => {
  const read = readDockerfile(text);
  expect(read.ok ? [] : read.why.join(", ")).toContain(words);
});
