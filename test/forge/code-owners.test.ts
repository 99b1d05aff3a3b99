// Whose files a pull request changes: CODEOWNERS as GitHub reads it.
import { expect, test } from "vitest";
import { aForge } from "./local-forge.ts";

const owners = `
* @ada
*.md @willa # the words
/build/logs/ @ada
docs/* @willa
apps/ @willa @ada
/scripts/[a-z]* @willa
!secret @willa
/free/
/gone/ @nobody-here
`;

test.each([
  ["src/a.ts", "ada"],
  ["a/b/README.md", "willa"],
  ["build/logs/x/y.log", "ada"],
  ["docs/a.ts", "willa"],
  ["docs/deep/a.ts", "ada"],
  ["x/apps/y/a.ts", "ada willa"],
  ["scripts/a.sh", "ada"],
  ["free/a.ts", ""],
  ["gone/a.ts", ""],
  ["README.MD", "ada"],
])("%s is %j's by the last pattern that matches", async (path, logins) => {
  const forge = await aForge();
  await forge.as("ada").push("acme/demo", "main", { CODEOWNERS: owners }, "Name owners");
  await forge.as("willa").push("acme/demo", "work", { [path]: "x\n", CODEOWNERS: "* @willa\n" }, "Work");
  const pull = await forge.as("willa").openPull("acme/demo", { title: "Work", head: "work", base: "main" });
  await forge.idle();
  const ofFile = (pull.mergeability?.owners ?? []).map((users) =>
    users
      .map(({ login }) => login)
      .sort()
      .join(" "),
  );
  const ofList = ["ada"]; // the change takes CODEOWNERS itself away, which is ada's on the base
  expect(ofFile.sort()).toEqual([...ofList, ...(logins === "" ? [] : [logins])].sort());
});

test("the first of three places counts, and that of the base branch", async () => {
  const forge = await aForge();
  const files = { "docs/CODEOWNERS": "* @willa\n", ".github/CODEOWNERS": "* @ada\n" };
  await forge.as("ada").push("acme/demo", "main", files, "Name owners");
  await forge.as("willa").push("acme/demo", "work", { "a.txt": "x\n" }, "Work");
  const pull = await forge
    .as("willa")
    .openPull("acme/demo", { title: "Work", head: "work", base: "main", draft: true });
  await forge.idle();
  expect(pull.requestedReviewers).toEqual([]); // owners of a draft are not asked
  forge.world.markReady(forge.as("willa").actor, pull);
  await forge.idle();
  expect(pull.requestedReviewers.map(({ login }) => login)).toEqual(["ada"]);
});
