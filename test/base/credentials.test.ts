// Whatever looks like a credential is masked; what only resembles one stays readable.
import { describe, expect, it } from "vitest";
import { maskCredentials } from "../../src/base/credentials.ts";
import { examples, word } from "./credential-examples.ts";

describe("a credential", () => {
  it.each(examples)("of %s is masked", (_, example) => {
    const text = maskCredentials(`at line 3: using ${example} for it\nnext`);
    expect(text).not.toContain(example.slice(-12));
    expect(text).toMatch(/^at line 3: using \S*\*\*\*\S* for it\nnext$/);
  });

  it.each([
    ["postgres://shop:hunter2hunter2@db:5432/shop", "postgres://shop:***@db:5432/shop"],
    ["Authorization: Bearer abcdefgh12345678", "Authorization: Bearer ***"],
    ["DB_PASSWORD=abcdefgh12345678", "DB_PASSWORD=***"],
    ['"client_secret": "abcdefgh12345678"', '"client_secret": "***"'],
    ["//registry/:_authToken=abcdefgh12345678", "//registry/:_authToken=***"],
    [`x-api-key: ${word(24)}`, "x-api-key: ***"],
    [`PRIVATE-TOKEN: ${word(24)}`, "PRIVATE-TOKEN: ***"],
    [`Authorization: SSWS 00${word(30)}`, "Authorization: SSWS ***"],
    [`HCLOUD_TOKEN=${word(64)}`, "HCLOUD_TOKEN=***"],
    [`export ALGOLIA_ADMIN_KEY="${word(32)}"`, 'export ALGOLIA_ADMIN_KEY="***"'],
    [`machine git.acme.dev login bob password ${word(12)}`, "machine git.acme.dev login bob password ***"],
    [`{"auths":{"ghcr.io":{"auth":"${word(40)}"}}}`, '{"auths":{"ghcr.io":{"auth":"***"}}}'],
    [`client-key-data: ${word(80)}=`, "client-key-data: ***"],
    [`AWS_SECRET_ACCESS_KEY=${word(40)}`, "AWS_SECRET_ACCESS_KEY=***"],
    [`-----BEGIN RSA PRIVATE KEY-----\n${word(64)}\n-----END RSA PRIVATE KEY-----`, "***"],
    [`-----BEGIN PRIVATE KEY-----\n`, "***\n"],
  ])("%j by where it stands", (text, masked) => {
    expect(maskCredentials(text)).toBe(masked);
  });

  it.each([
    "expected 5 to be 6 at src/total.test.ts:12:5",
    "commit 3f2504e04f8911d39a0c0305e82c33013f2504e0",
    "https://github.com/acme/shop/actions/runs/1",
    "token: ***, password: ***",
    "error TS2304: Cannot find name 'apiKey'",
    "MAX_TOKEN=4096 GITHUB_TOKEN=$GITHUB_TOKEN NEXT_TOKEN: expected-a-token-and-found-none",
    "access-production-of-the-shop test_3f2504e04f8911d39a0c pa-4 grid-pa-2 key_3f2504e0 sl.conf ico-arrow-left",
    "at AbstractTokenFactoryBean.create (src/very/long/path/to/the/AbstractTokenFactoryBean.java:76)",
    "sha512-9BCrSbXeZK3zbuGNAVUd0pDKBjKBiqhDpPlnSKSXnTgZDK+NFWCtTEr5OqVDa8RJqrpSXw==",
    "sk-short gh_a task-runner-with-a-very-long-name risk-assessment-of-the-whole-thing",
  ])("is not seen in %j", (text) => {
    expect(maskCredentials(text)).toBe(text);
  });

  it("is found in four million characters within a second or two", () => {
    const began = performance.now();
    maskCredentials("password: a\nhttps://a:b/c eyJ sk- x".repeat(120_000));
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
