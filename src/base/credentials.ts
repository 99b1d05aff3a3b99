// What credentials look like, in one list for whoever finds or masks them. Shapes: each provider's own documentation of its tokens.

export interface CredentialShape {
  /** Short name of the provider or kind. */
  readonly rule: string;
  readonly pattern: RegExp;
  readonly maskedOnly?: true; // may be harmless in a file: a mask costs a reader little, a push held back costs a person's time
}

/** Every shape, whatever is done about it. */
const shapes: readonly CredentialShape[] = [
  { rule: "github", pattern: /\bgh[pousr]_[A-Za-z0-9_.-]{36,}/ },
  { rule: "github", pattern: /\bgithub_pat_[A-Za-z0-9_]{40,}/ },
  { rule: "google", pattern: /\bAIza[\w-]{35}(?![\w-])/ },
  { rule: "anthropic", pattern: /\bsk-ant-[a-z]{2,8}\d\d-[\w-]{60,}/ },
  { rule: "bedrock", pattern: /\bABSK[A-Za-z0-9+/]{100,}={0,2}/ },
  { rule: "gemini", pattern: /\bAQ\.Ab[\w-]{40,}/ },
  { rule: "perplexity", pattern: /\bpplx-[A-Za-z0-9]{40,}/ },
  { rule: "replicate", pattern: /\br8_[A-Za-z0-9]{37}\b/ },
  { rule: "cerebras", pattern: /\bcsk-[a-z0-9]{40,}\b/ },
  { rule: "nvidia", pattern: /\bnvapi-[\w-]{60,}/ },
  { rule: "langsmith", pattern: /\blsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}\b/ },
  { rule: "tavily", pattern: /\btvly-(?:dev-|prod-)?[A-Za-z0-9]{32,}\b/ },
  { rule: "e2b", pattern: /\be2b_[0-9a-f]{40}\b/ },
  { rule: "netlify", pattern: /\bnf[pcoub]_[A-Za-z0-9]{36,}\b/ },
  { rule: "vercel", pattern: /\bvc[pkira]_[A-Za-z0-9]{50,}\b/ },
  { rule: "fly", pattern: /\bfm[12][ar]?_[A-Za-z0-9+/]{100,}={0,2}|\bfo1_[\w-]{43}(?![\w-])/ },
  { rule: "heroku", pattern: /\bHRKU-AA[\w-]{50,}/ },
  { rule: "cloudflare", pattern: /\bv1\.0-[0-9a-f]{24}-[0-9a-f]{146}\b/ },
  { rule: "atlassian", pattern: /\bAT(?:ATT3xFfGF0|CTT3xFfGN0)[\w=-]{100,}/ },
  { rule: "bitbucket", pattern: /\bATBB[A-Za-z0-9]{32}\b/ },
  { rule: "airtable", pattern: /\bpat[A-Za-z0-9]{14}\.[0-9a-f]{64}\b/ },
  { rule: "brevo", pattern: /\bxkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}\b/ },
  { rule: "mailchimp", pattern: /\b[0-9a-f]{32}-us\d{1,2}\b/ },
  { rule: "square", pattern: /\bsq0csp-[\w-]{43}(?![\w-])/ },
  { rule: "discord", pattern: /\b[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{38}(?![\w-])/ },
  { rule: "dynatrace", pattern: /\bdt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}\b/ },
  { rule: "doppler", pattern: /\bdp\.(?:pt|st|ct|sa|scim|audit)\.(?:[\w-]{2,35}\.)?[A-Za-z0-9]{40,}\b/ },
  { rule: "terraform", pattern: /\b[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,}/ },
  { rule: "age", pattern: /\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b/ },
  { rule: "crates", pattern: /\bcio[A-Za-z0-9]{32}\b/ },
  { rule: "entra", pattern: /(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])/ },
  { rule: "sonar", pattern: /\bsq[pua]_[0-9a-f]{40}\b/ },
  { rule: "buildkite", pattern: /\bbkua_[0-9a-f]{40}\b/ },
  { rule: "circleci", pattern: /\bCCIP(?:AT|RJ)_[A-Za-z0-9]{22}_[0-9a-f]{40}\b/ },
  { rule: "artifactory", pattern: /\bAKCp[A-Za-z0-9]{69}\b/ },
  { rule: "posthog", pattern: /\bphx_[A-Za-z0-9]{40,}\b/ },
  { rule: "prefect", pattern: /\bpn[ub]_[A-Za-z0-9]{36}\b/ },
  { rule: "contentful", pattern: /\bCFPAT-[\w-]{43}(?![\w-])/ },
  { rule: "easypost", pattern: /\bEZ[AT]K[A-Za-z0-9]{54}\b/ },
  { rule: "shippo", pattern: /\bshippo_(?:live|test)_[0-9a-f]{40}\b/ },
  { rule: "sourcegraph", pattern: /\bsgp_(?:(?:[0-9a-f]{16}|local)_)?[0-9a-f]{40}\b/ },
  { rule: "openrouter", pattern: /\bsk-or-v1-[0-9a-f]{64}\b/ },
  { rule: "xai", pattern: /\bxai-[A-Za-z0-9]{70,}\b/ },
  { rule: "groq", pattern: /\bgsk_[A-Za-z0-9]{50,}\b/ },
  { rule: "huggingface", pattern: /\bhf_[A-Za-z]{34}\b/ },
  { rule: "pypi", pattern: /\bpypi-AgE[\w-]{60,}/ },
  { rule: "gitlab", pattern: /\bgl(?:pat|dt|rt|ptt|cbt|ft|soat|imt|agent|oas)-[\w-]{20,}/ },
  { rule: "digitalocean", pattern: /\bdo[opr]_v1_[0-9a-f]{64}\b/ },
  { rule: "azure", pattern: /\bAccountKey=[A-Za-z0-9+/]{86}==/ },
  { rule: "stripe", pattern: /\b[rs]k_live_[A-Za-z0-9]{24,}\b/ },
  { rule: "aws", pattern: /\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/, maskedOnly: true },
  {
    rule: "aws",
    pattern:
      /(?<=(?<![A-Za-z0-9])aws_?(?:secret_?access_?key|session_?token)["']?\s{0,9}[:=]\s{0,9}["']?)[A-Za-z0-9/+=]{40,}/i,
  },
  { rule: "openai", pattern: /\bsk-(?:proj|svcacct|admin|None)-[\w-]{40,}|\bsk-[A-Za-z0-9]{48}(?![\w-])/ },
  { rule: "slack", pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bxapp-\d-[A-Za-z0-9-]{10,}/ },
  { rule: "slack", pattern: /(?<=\bhooks\.slack\.com\/(?:services|workflows)\/)[A-Za-z0-9/+_-]{20,}/ },
  { rule: "npm", pattern: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { rule: "sendgrid", pattern: /\bSG\.[\w-]{16,32}\.[\w-]{16,64}/ },
  { rule: "stripe", pattern: /\bwhsec_[A-Za-z0-9]{32,}\b/ },
  { rule: "shopify", pattern: /\b(?:shpat|shpca|shppa|shpss)_[0-9a-fA-F]{32}\b/ },
  { rule: "google", pattern: /\bya29\.[\w-]{20,}|\bGOCSPX-[\w-]{20,}/ },
  { rule: "grafana", pattern: /\bglsa_[A-Za-z0-9]{32}_[0-9a-f]{8}\b|\bglc_[A-Za-z0-9+/=]{32,}/ },
  { rule: "vault", pattern: /\bhv[sbr]\.[\w-]{24,}/ },
  { rule: "docker", pattern: /\bdckr_(?:pat|oat)_[\w-]{20,}/ },
  { rule: "linear", pattern: /\blin_(?:api|oauth)_[A-Za-z0-9]{32,}/ },
  { rule: "notion", pattern: /\bntn_[A-Za-z0-9]{40,}|\bsecret_[A-Za-z0-9]{43}\b/ },
  { rule: "postman", pattern: /\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}\b/ },
  { rule: "databricks", pattern: /\bdapi[0-9a-f]{32}\b/ },
  { rule: "resend", pattern: /\bre_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}\b/ },
  { rule: "mailgun", pattern: /\bkey-[0-9a-f]{32}\b/ },
  { rule: "twilio", pattern: /\bSK[0-9a-f]{32}\b/ },
  { rule: "fireworks", pattern: /\bfw_[A-Za-z0-9]{22,}\b/ },
  { rule: "firecrawl", pattern: /\bfc-[0-9a-f]{32}\b/ },
  { rule: "render", pattern: /\brnd_[A-Za-z0-9]{32}\b/ },
  { rule: "neon", pattern: /\bnapi_[a-z0-9]{50,}\b/ },
  { rule: "alibaba", pattern: /\bLTAI[A-Za-z0-9]{20}\b/ },
  { rule: "tencent", pattern: /\bAKID[A-Za-z0-9]{32}\b/ },
  { rule: "discord", pattern: /(?<=\bdiscord(?:app)?\.com\/api\/webhooks\/\d{15,25}\/)[\w-]{60,}/ },
  { rule: "azure", pattern: /(?<=[?&]sig=)[A-Za-z0-9%+/]{43,}=?/ },
  { rule: "planetscale", pattern: /\bpscale_(?:tkn|pw|oauth)_[\w.-]{32,}/ },
  { rule: "supabase", pattern: /\bsbp_[0-9a-f]{40}\b/ },
  { rule: "figma", pattern: /\bfig[dou]_[\w-]{20,}/ },
  { rule: "pulumi", pattern: /\bpul-[0-9a-f]{40}\b/ },
  { rule: "rubygems", pattern: /\brubygems_[0-9a-f]{48}\b/ },
  { rule: "newrelic", pattern: /\bNRAK-[A-Z0-9]{27}\b/ },
  { rule: "sentry", pattern: /\bsntry[su]_[A-Za-z0-9+/=_-]{30,}/ },
  { rule: "1password", pattern: /\bops_eyJ[\w-]{100,}/ },
  { rule: "tailscale", pattern: /\btskey-[a-z]{2,12}-[A-Za-z0-9]{6,}-[A-Za-z0-9]{20,}\b/ },
  { rule: "langfuse", pattern: /\bsk-lf-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/ },
  { rule: "pinecone", pattern: /\bpcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{60,}\b/ },
  { rule: "elevenlabs", pattern: /\bsk_[0-9a-f]{48}\b/ },
  { rule: "together", pattern: /\btgp_v1_[\w-]{43}(?![\w-])/ },
  { rule: "supabase", pattern: /\bsb_secret_[\w-]{22}_[\w-]{8}(?![\w-])/ },
  {
    rule: "plaid",
    pattern: /\baccess-(?:sandbox|development|production)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/,
  },
  { rule: "wandb", pattern: /\bwandb_v1_[A-Za-z0-9_]{60,}\b/ },
  { rule: "aiven", pattern: /\bAVNS_[\w-]{19}(?![\w-])/ },
  { rule: "infracost", pattern: /\bico-[A-Za-z0-9]{32}\b/ },
  { rule: "nuget", pattern: /\boy2[a-z0-9]{43}\b/ },
  { rule: "asana", pattern: /(?<![\w/])[12]\/\d{10,20}(?:\/\d{10,20})?:[0-9a-f]{32}\b/ },
  { rule: "clickup", pattern: /\bpk_\d{6,10}_[A-Z0-9]{32}\b/ },
  { rule: "typeform", pattern: /\btfp_[\w.=-]{59}(?![\w.=-])/ },
  { rule: "frameio", pattern: /\bfio-u-[\w=-]{64}(?![\w=-])/ },
  { rule: "readme", pattern: /\brdme_[a-z0-9]{70}\b/ },
  { rule: "scalingo", pattern: /\btk-us-[\w-]{48}(?![\w-])/ },
  { rule: "dropbox", pattern: /\bsl\.(?:u\.)?[\w=-]{130,}/ },
  { rule: "duffel", pattern: /\bduffel_(?:test|live)_[\w=-]{43}(?![\w=-])/ },
  { rule: "square", pattern: /\bEAAA[\w-]{60}(?![\w-])|\bsq0atp-[\w-]{22}(?![\w-])/ },
  { rule: "huggingface", pattern: /\bapi_org_[A-Za-z]{34}\b/ },
  { rule: "snyk", pattern: /\bsnyk_[a-z]{3}\.[0-9a-f]{8}\.[\w.-]{60,}/ },
  { rule: "adobe", pattern: /\bp8e-[A-Za-z0-9]{32}\b/ },
  { rule: "facebook", pattern: /\bEAA[CM][A-Za-z0-9]{100,}\b/ },
  { rule: "firebase", pattern: /\bAAAA[\w-]{7}:APA91b[\w-]{134}(?![\w-])/ },
  { rule: "mapbox", pattern: /\bsk\.eyJ1[\w-]{30,}\.[\w-]{20,}/ },
  { rule: "segment", pattern: /\bsgp_[A-Za-z0-9]{64}\b/ },
  { rule: "harness", pattern: /\b[ps]at\.[\w-]{22}\.[0-9a-f]{24}\.[A-Za-z0-9]{20}\b/ },
  { rule: "lob", pattern: /\b(?:live|test)_[0-9a-f]{35}\b/ },
  { rule: "cursor", pattern: /\b(?:key|crsr)_[0-9a-f]{64}\b/ },
  { rule: "vercel", pattern: /\bvercel_blob_rw_[A-Za-z0-9]{16}_[A-Za-z0-9]{30,}\b/ },
  { rule: "deno", pattern: /\bdd[opw]_[A-Za-z0-9]{36}\b/ },
  { rule: "apify", pattern: /\bapify_api_[A-Za-z0-9]{36,}\b/ },
  { rule: "jina", pattern: /\bjina_[0-9a-f]{32}[\w-]{20,}/ },
  // Azure's keys that bear a mark of their own in a fixed place: those of DevOps, of its AI services, of its stores and its queues.
  { rule: "azure", pattern: /\b[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}\b|\b[A-Za-z0-9]{52}JQQJ9[A-Za-z0-9]{27}\b/ },
  {
    rule: "azure",
    pattern:
      /(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{76}(?:ACDb|\+ASt)[A-Za-z0-9+/]{5,6}==|[A-Za-z0-9+/]{33}\+A(?:SbT|EhC|RmD)[A-Za-z0-9+/]{6}=)/,
  },
  {
    rule: "teams",
    pattern: /(?<=\.webhook\.office\.com\/webhookb2\/[0-9a-f@-]{73}\/IncomingWebhook\/)[0-9a-f]{32}\/[0-9a-f-]{36}/,
  },
  { rule: "kubernetes", pattern: /(?<=\bclient-key-data["']?\s{0,9}:\s{0,9}["']?)[A-Za-z0-9+/=]{40,}/ },
  { rule: "telegram", pattern: /\b\d{8,10}:AA[\w-]{33}\b/ },
  { rule: "privatekey", pattern: /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/ },
  // Whole, so that nothing of it is left where it is masked.
  {
    rule: "privatekey",
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----BEGIN )[\s\S]){1,20000}?-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/,
    maskedOnly: true,
  },
  { rule: "openai", pattern: /\bsk-[\w-]{20,}/, maskedOnly: true }, // and whoever copies its shape
  { rule: "stripe", pattern: /\b(?:sk|rk|whsec)_(?:live|test)?_?[A-Za-z0-9]{24,}\b/, maskedOnly: true },
  { rule: "npm", pattern: /(?<=_authToken=)\S{16,}/, maskedOnly: true },
  { rule: "1password", pattern: /\bop_[A-Za-z0-9]{20,}/, maskedOnly: true },
  { rule: "jwt", pattern: /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/, maskedOnly: true },
  {
    rule: "basicauth",
    pattern: /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{0,100}:)[^\s/:@]{3,200}(?=@)/i,
    maskedOnly: true,
  },
  {
    rule: "authorization",
    pattern:
      /(?<=\b(?:authorization|proxy-authorization)["']?\s{0,9}[:=]\s{0,9}["']?(?:bearer|basic|token|bot|ssws|apikey)\s{1,9})[\w.~+/=-]{8,}/i,
    maskedOnly: true,
  },
  {
    rule: "password",
    pattern:
      /(?<=(?<![A-Za-z0-9])(?:password|passwd|(?:api|auth|access|subscription|account)[_-]?key|(?:access|private|auth|security)[_-]?token|client[_-]?secret|secret[_-]?key)["']?\s{0,9}[:=]\s{0,9}["']?)(?!\*{3})[\w.~+/=-]{16,}/i,
    maskedOnly: true,
  },
  // As a variable of an environment is called, with a value that no word is.
  {
    rule: "variable",
    pattern:
      /(?<=\b[A-Z][A-Z0-9_]{0,60}_(?:TOKEN|SECRET|PASS|PWD|PAT|(?:ADMIN|PRIVATE|MASTER|SIGNING|ENCRYPTION)_KEY)["']?\s{0,9}[:=]\s{0,9}["']?)(?=[\w.~+/=-]{0,40}\d)[\w.~+/=-]{20,}/,
    maskedOnly: true,
  },
  { rule: "netrc", pattern: /(?<=\blogin\s{1,9}\S{1,100}\s{1,9}password\s{1,9})(?!\*{3})\S{6,}/, maskedOnly: true },
  { rule: "docker", pattern: /(?<="auth"\s{0,9}:\s{0,9}")[A-Za-z0-9+/=]{16,}(?=")/, maskedOnly: true },
  { rule: "voyage", pattern: /\bpa-[\w-]{43}(?![\w-])/, maskedOnly: true },
];

/** Those that are credentials wherever they stand. */
export const credentialShapes: readonly CredentialShape[] = shapes.filter(({ maskedOnly }) => maskedOnly !== true);

/** A longer one before the beginning of it, so that it goes whole. */
const masked = [...shapes.filter(({ maskedOnly }) => maskedOnly === true), ...credentialShapes].map(
  ({ pattern }) => new RegExp(pattern.source, `g${pattern.flags}`),
);

/** The text with `***` in place of everything that looks like a credential, as GitHub masks its logs. */
export function maskCredentials(text: string): string {
  return masked.reduce((rest, pattern) => rest.replace(pattern, "***"), text);
}
