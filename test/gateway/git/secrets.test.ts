// Which texts look like secrets. Samples are put together at run time, so that this file holds none.
import { expect, test } from "vitest";
import { addedLines, findSecrets } from "../../../src/gateway/git/secrets.ts";
import { examples } from "../../base/credential-examples.ts";

const github = ["gh", "p_", "a1B2c3D4e5".repeat(3), "abcdef"].join("");
const anthropic = ["sk-ant-", "api03-", "Ab1_".repeat(23), "A-AA"].join("");
const pem = ["-----BEGIN RSA PRIV", "ATE KEY-----"].join("");

const drawn = (length: number, from: string) =>
  Array.from({ length }, (_, at) => from[(at * 17 + 5) % from.length]).join("");
const mixed = (length: number) => drawn(length, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
const hex = (length: number) => drawn(length, "0123456789abcdef");

async function rulesFor(text: string): Promise<string[]> {
  return (await findSecrets([{ where: "a.txt", text }])).map((finding) => finding.rule);
}

test.each([
  ["github", `x = "${github}"`],
  ["github", ["gh", "s_", "eyJ0eXAi.eyJpc3Mi-x.", "c2ln".repeat(10)].join("")],
  ["github", ["github_", "pat_", "11ABCDEFG0", "a1B2c3D4e5".repeat(6)].join("")],
  ["privatekey", `${pem}\nMIIE`],
  ["google", ["AI", "za", mixed(35)].join("")],
  ["anthropic", ["sk-ant-", "oat01-", mixed(93), "AA"].join("")],
  ["anthropic", ["sk-ant-", "admin01-", mixed(93), "AA"].join("")],
  ["openrouter", ["sk-or-", "v1-", hex(64)].join("")],
  ["xai", ["xai-", mixed(80)].join("")],
  ["groq", ["gsk_", mixed(52)].join("")],
  ["huggingface", ["hf_", drawn(34, "abcdefghijKLMNOPQRST")].join("")],
  ["pypi", ["pypi-", "AgEIcHlwaS5vcmc", mixed(100)].join("")],
  ["gitlab", ["gl", "dt-", mixed(20)].join("")],
  ["gitlab", ["gl", "rt-", mixed(20)].join("")],
  ["digitalocean", ["dop_", "v1_", hex(64)].join("")],
  ["azure", ["AccountName=acme;Account", "Key=", mixed(86), "==;EndpointSuffix=core"].join("")],
  ["stripe", ["sk_", "live_", mixed(24)].join("")],
  ["anthropic", anthropic],
  ["aws", ["AWS_SECRET_ACCESS_KEY = wJalrXUtnFEMI/K7MD", "ENG/bPxRfiCYEXAMPLEKE1"].join("")],
])("T6: a %s secret is found", async (rule, text) => {
  expect(await rulesFor(text)).toEqual([rule]);
});

/** The name of a key and not the key itself; what may be the name of something else; and what is good for minutes, and stands in the tests of every library that reads it. */
const masked = ["AWS", "Voyage", "a web token"];

test.each(examples.filter(([of]) => !masked.includes(of)))(
  "T6: what is masked as a key of %s is not pushed either",
  async (_, example) => {
    expect(await rulesFor(`const key = "${example}";`)).not.toEqual([]);
  },
);

test("T6: a comment in the text cannot switch the scan off", async () => {
  expect(await rulesFor(`// secretlint-disable\nx = "${anthropic}"\n// secretlint-enable`)).toEqual(["anthropic"]);
});

test.each([130_900, 131_060, 114_680, 300_000])(
  "T6: a secret is found %i letters into a text that is read in pieces",
  async (at) => {
    expect(await rulesFor(`${"a line\n".repeat(50_000).slice(0, at)}\n${github}\n${"more\n".repeat(10_000)}`)).toEqual([
      "github",
    ]);
  },
);

test("T6: a secret in a file of UTF-16 or UTF-32 is found, whichever way its bytes go", async () => {
  const wide = Buffer.from(`\ufeffKEY=${github}\r\n`, "utf16le");
  const wider = Buffer.from([...`KEY=${github}`].flatMap((letter) => [letter.charCodeAt(0), 0, 0, 0]));
  for (const bytes of [wide, Buffer.from(wide).swap16(), wider])
    expect(await rulesFor(bytes.toString("utf8"))).toEqual(["github"]);
});

test("ordinary text holds no secret", async () => {
  const shapes =
    "keys begin with AIza, sk-ant-oat01-, xai-grok-4-fast, gsk_, hf_model_name_of_the_year_2026, glpat-, pypi-simple-index";
  expect(await rulesFor(`${shapes}; sk_live_ is Stripe's; AccountKey=$KEY\n`)).toEqual([]);
  expect(await rulesFor("const token = process.env.GITHUB_TOKEN; // ghp_ and so on\n")).toEqual([]);
});

test("what a scan needed is gone after it: an App that lives for months does not grow by each file of each push", async () => {
  const before = performance.getEntries().length;
  for (let index = 0; index < 5; index += 1) await findSecrets([{ where: `a${index}.ts`, text: "const a = 1;\n" }]);
  await new Promise((resolve) => setTimeout(resolve, 50)); // what is marked is told a moment later
  expect(performance.getEntries().length).toBe(before);
});

test("only lines that were not there before count as added", () => {
  expect(addedLines("a\nb\nc\n", "c\na\nnew\nb\n")).toBe("new");
  expect(addedLines("", "a\nb")).toBe("a\nb");
});
