// Whatever looks like a credential is masked; what only resembles one stays readable.
import { describe, expect, it } from "vitest";
import { maskCredentials } from "../../src/base/credentials.ts";

const of = (letters: string, count: number) => letters.repeat(Math.ceil(count / letters.length)).slice(0, count);
const word = (count: number) => of("aB3dE5", count);
const hex = (count: number) => of("0a1b2c", count);
const capital = (count: number) => of("AB3DE5", count);

/** Made up here, by each provider's shape; none was ever issued. */
const examples: readonly (readonly [string, string])[] = [
  ["GitHub", `ghp_${word(36)}`],
  ["GitHub Actions", `ghs_${word(36)}`],
  ["GitHub, fine-grained", `github_pat_${word(82)}`],
  ["Google", `AIza${word(35)}`],
  ["Google OAuth", `ya29.${word(60)}`],
  ["Google client secret", `GOCSPX-${word(28)}`],
  ["Anthropic", `sk-ant-api03-${word(93)}`],
  ["OpenRouter", `sk-or-v1-${hex(64)}`],
  ["OpenAI", `sk-proj-${word(48)}`],
  ["OpenAI, older", `sk-${word(48)}`],
  ["xAI", `xai-${word(80)}`],
  ["Groq", `gsk_${word(52)}`],
  ["Hugging Face", `hf_${of("aBcD", 34)}`],
  ["PyPI", `pypi-AgEIcHlwaS5vcmc${word(60)}`],
  ["GitLab", `glpat-${word(20)}`],
  ["DigitalOcean", `dop_v1_${hex(64)}`],
  ["Azure", `AccountKey=${word(86)}==`],
  ["Stripe", `sk_live_${word(24)}`],
  ["AWS", `AKIA${capital(16)}`],
  ["Slack", `xoxb-${of("12345", 12)}-${word(24)}`],
  ["Slack app", `xapp-1-${capital(10)}-${word(20)}`],
  ["npm", `npm_${word(36)}`],
  ["SendGrid", `SG.${word(22)}.${word(43)}`],
  ["Shopify", `shpat_${hex(32)}`],
  ["Grafana", `glsa_${word(32)}_${hex(8)}`],
  ["Vault", `hvs.${word(40)}`],
  ["Docker", `dckr_pat_${word(27)}`],
  ["Linear", `lin_api_${word(40)}`],
  ["Postman", `PMAK-${hex(24)}-${hex(34)}`],
  ["Databricks", `dapi${hex(32)}`],
  ["Supabase", `sbp_${hex(40)}`],
  ["Pulumi", `pul-${hex(40)}`],
  ["RubyGems", `rubygems_${hex(48)}`],
  ["New Relic", `NRAK-${capital(27)}`],
  ["Sentry", `sntrys_${word(60)}`],
  ["Telegram", `${of("123456789", 10)}:AA${word(33)}`],
  ["Amazon Bedrock", `ABSK${word(120)}==`],
  ["Gemini", `AQ.Ab${word(48)}`],
  ["Perplexity", `pplx-${word(48)}`],
  ["Replicate", `r8_${word(37)}`],
  ["Cerebras", `csk-${of("a3b5", 48)}`],
  ["NVIDIA", `nvapi-${word(64)}`],
  ["LangSmith", `lsv2_pt_${hex(32)}_${hex(10)}`],
  ["Tavily", `tvly-dev-${word(32)}`],
  ["E2B", `e2b_${hex(40)}`],
  ["Fireworks", `fw_${word(24)}`],
  ["Firecrawl", `fc-${hex(32)}`],
  ["Netlify", `nfp_${word(36)}`],
  ["Vercel", `vck_${word(56)}`],
  ["Fly", `fm2_${word(140)}==`],
  ["Heroku", `HRKU-AA${word(58)}`],
  ["Render", `rnd_${word(32)}`],
  ["Neon", `napi_${of("a3b5", 64)}`],
  ["Cloudflare", `v1.0-${hex(24)}-${hex(146)}`],
  ["Atlassian", `ATATT3xFfGF0${word(170)}=AB12CD34`],
  ["Bitbucket", `ATBB${word(32)}`],
  ["Airtable", `pat${word(14)}.${hex(64)}`],
  ["Brevo", `xkeysib-${hex(64)}-${word(16)}`],
  ["Resend", `re_${word(8)}_${word(24)}`],
  ["Mailgun", `key-${hex(32)}`],
  ["Mailchimp", `${hex(32)}-us12`],
  ["Twilio", `SK${hex(32)}`],
  ["Square", `sq0csp-${word(43)}`],
  ["Discord", `M${word(25)}.${word(6)}.${word(38)}`],
  ["Discord's webhooks", `https://discord.com/api/webhooks/${of("123456789", 18)}/${word(68)}`],
  ["Dynatrace", `dt0c01.${capital(24)}.${capital(64)}`],
  ["Doppler", `dp.st.dev.${word(43)}`],
  ["Terraform", `${word(14)}.atlasv1.${word(67)}`],
  ["age", `AGE-SECRET-KEY-1${capital(58)}`],
  ["crates.io", `cio${word(32)}`],
  ["Entra", `abc8Q~${word(34)}`],
  ["a signed address of Azure", `https://shop.blob.core.windows.net/in?sig=${word(43)}%3D`],
  ["Alibaba", `LTAI${word(20)}`],
  ["Tencent", `AKID${word(32)}`],
  ["Sonar", `sqp_${hex(40)}`],
  ["Buildkite", `bkua_${hex(40)}`],
  ["CircleCI", `CCIPAT_${word(22)}_${hex(40)}`],
  ["Artifactory", `AKCp${word(69)}`],
  ["PostHog", `phx_${word(43)}`],
  ["Prefect", `pnu_${word(36)}`],
  ["Contentful", `CFPAT-${word(43)}`],
  ["EasyPost", `EZAK${word(54)}`],
  ["Shippo", `shippo_live_${hex(40)}`],
  ["Sourcegraph", `sgp_${hex(16)}_${hex(40)}`],
  ["a web token", `eyJ${word(20)}.eyJ${word(40)}.${word(43)}`],
];

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
