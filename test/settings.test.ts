// The operator's settings: what is accepted, what is refused in one message, and that no value is ever shown.
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Environment } from "../src/environment.ts";
import { dataFolderProblem, toolsFolderProblem } from "../src/folders.ts";
import { statusLabels } from "../src/loop/end.ts";
import { readSettings } from "../src/settings.ts";

const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const pkcs1 = key.export({ type: "pkcs1", format: "pem" }) as string;
const pkcs8 = key.export({ type: "pkcs8", format: "pem" }) as string;

const least = {
  LOOPGATE_APP_ID: "12345",
  LOOPGATE_APP_SLUG: "loopgate-test",
  LOOPGATE_PRIVATE_KEY: pkcs1,
  LOOPGATE_WEBHOOK_SECRET: "a-webhook-secret-of-ours",
  LOOPGATE_SEAL_SECRET: "a-seal-secret-that-nobody-else-knows",
};

type Env = Record<string, string | undefined>;

function settingsOf(env: Env) {
  const read = readSettings(env);
  if (!read.ok) throw new Error(read.message);
  return read.settings;
}

function messageOf(env: Env): string {
  const read = readSettings(env);
  if (read.ok) throw new Error("these settings were accepted");
  return read.message;
}

describe("what is needed", () => {
  test("five settings are enough, and the rest has defaults", () => {
    expect(settingsOf(least)).toEqual({
      app: { id: 12345, slug: "loopgate-test", privateKey: pkcs8 },
      webhookSecrets: ["a-webhook-secret-of-ours"],
      sealSecret: "a-seal-secret-that-nobody-else-knows",
      github: { apiUrl: "https://api.github.com", gitUrl: "https://github.com", throttle: true },
      dataDir: "./.loopgate",
      intake: "webhook",
      listen: { host: "127.0.0.1", port: 3000 },
      label: "loop",
      concurrentRuns: 4,
      runUids: { from: 60_578, to: 61_183 },
      reconcileMs: 600_000,
      introductions: 5,
      relayImage: null,
      ociRuntime: null,
      tools: null,
      recordsMs: 7_776_000_000,
      keepBytes: 50_000_000_000,
      environmentBytes: 20_000_000_000,
      registryBytes: 10_000_000_000,
      logLevel: "info",
      operator: {
        bounds: {
          attempts: 10,
          runs: 60,
          service_memory_mib: 2048,
          schedules: 10,
          services: 8,
          deadline_minutes: 120,
          silence_minutes: 120,
          loop_hours: 72,
          wait_minutes: 720,
          changed_lines: 20_000,
          changed_files: 500,
          approvals_minimum: 0,
          may_merge: false,
          usd: 20,
          issue_usd: 100,
          issue_runs: 200,
          day_usd: 100,
          day_runs: 5000,
          day_zone: "UTC",
          memory_mib: 8192,
          cpus: 4,
          processes: 2048,
          tmp_mib: 2048,
          disk_mib: 20_480,
          hosts: [],
          images: [],
        },
        defaults: { agent: { command: "", image: "" }, reviewer: { command: "", image: "" } },
      },
      models: [],
      prices: {},
    });
  });

  test.each([
    ["from 1000 upwards", "999-2000"],
    ["in order", "3000-2000"],
    ["without nobody", "60000-65534"],
    ["at most 65,536", "100000-165536"],
    ["within what systems use", "2147483000-2147483648"],
    ["two", "2000"],
    ["numbers", "2000-3e3"],
    ["as many as runs need", "2000-2014"],
  ])("T8: user ids of runs are %s", (_, uids) => {
    expect(messageOf({ ...least, LOOPGATE_RUN_UIDS: uids })).toContain("LOOPGATE_RUN_UIDS");
  });

  test("T8: user ids of runs may be few, as long as all that run at a time have one", () => {
    expect(settingsOf({ ...least, LOOPGATE_RUN_UIDS: "2000-2015" }).runUids).toEqual({ from: 2000, to: 2015 });
    const many = { LOOPGATE_RUN_UIDS: "2000-2015", LOOPGATE_CONCURRENT_RUNS: "5" };
    expect(messageOf({ ...least, ...many })).toContain("holds 16 ids, and 5 runs at a time need 20");
    // Only root gives them away.
    const asked = vi.spyOn(process, "getuid").mockReturnValue(1000);
    expect(settingsOf({ ...least, LOOPGATE_CONCURRENT_RUNS: "152" }).concurrentRuns).toBe(152);
    asked.mockReturnValue(0);
    expect(messageOf({ ...least, LOOPGATE_CONCURRENT_RUNS: "152" })).toContain("152 runs at a time need 608");
    asked.mockRestore();
  });

  test("signing in needs both halves of the client, and an address of its own needs the pages and the client", () => {
    const client = { LOOPGATE_CLIENT_ID: "Iv23li0123", LOOPGATE_CLIENT_SECRET: "0123456789abcdef0123" };
    const pages = { LOOPGATE_OPERATOR_PORT: "3001", LOOPGATE_OPERATOR_URL: "https://pages.example/" };
    const { client: read, operatorDoor } = settingsOf({ ...least, ...client, ...pages });
    expect(read).toEqual({ id: "Iv23li0123", secret: "0123456789abcdef0123" });
    expect(operatorDoor).toEqual({ host: "127.0.0.1", port: 3001, url: "https://pages.example" });
    for (const name of Object.keys(client)) {
      const half = { ...least, ...client, [name]: undefined };
      expect(messageOf(half)).toContain(`is set without ${name}`);
    }
    expect(messageOf({ ...least, ...pages })).toContain("LOOPGATE_OPERATOR_URL is set without LOOPGATE_CLIENT_ID");
    for (const url of ["http://pages.example", "https://pages.example/loops"])
      expect(messageOf({ ...least, ...client, ...pages, LOOPGATE_OPERATOR_URL: url })).toContain(
        "LOOPGATE_OPERATOR_URL",
      );
  });

  test("the week's message goes where nobody on the way can read it, and its address is quoted nowhere", () => {
    const weekly = (url: string) => ({ ...least, LOOPGATE_WEEKLY_URL: url, LOOPGATE_DAY_ZONE: "Europe/Berlin" });
    for (const url of ["https://chat.example/services/T0/B0/secret?x=1", "http://127.0.0.1:8065/hooks/secret"])
      expect(settingsOf(weekly(url)).weekly).toEqual({ url, timeZone: "Europe/Berlin" });
    expect(settingsOf(least).weekly).toBe(undefined);
    for (const url of [
      "http://chat.example/secret",
      "https://me:secret@chat.example/",
      "ftp://chat.example/secret",
      "secret",
    ]) {
      expect(messageOf(weekly(url))).toContain("LOOPGATE_WEEKLY_URL");
      expect(messageOf(weekly(url))).not.toMatch(/secret@|example\//);
    }
  });

  test("a registry's address lets policies speak of packages, and its token is nothing without it", () => {
    const npm = { LOOPGATE_REGISTRY_NPM: "https://packages.example/npm/", LOOPGATE_REGISTRY_NPM_TOKEN: "a-token" };
    const { registries, operator } = settingsOf({ ...least, ...npm });
    expect(registries).toEqual({ npm: { url: "https://packages.example/npm", token: "a-token" } });
    expect(operator.bounds.registries).toEqual(["npm"]);
    const python = settingsOf({ ...least, LOOPGATE_REGISTRY_PYPI: "https://pypi.example/simple" });
    expect(python.registries).toEqual({ pypi: { url: "https://pypi.example/simple", token: null } });
    expect(python.operator.bounds.registries).toEqual(["pypi"]);
    const alone = readSettings({ ...least, LOOPGATE_REGISTRY_NPM_TOKEN: "a-token" });
    expect(alone.ok ? "" : alone.message).toContain("LOOPGATE_REGISTRY_NPM_TOKEN is set without LOOPGATE_REGISTRY_NPM");
    const plain = readSettings({ ...least, LOOPGATE_REGISTRY_NPM: "http://packages.example" });
    expect(plain.ok ? "" : plain.message).toContain("LOOPGATE_REGISTRY_NPM is http:// to another machine");
  });

  test("a key makes a provider of models; a server of one's own needs none, and has only the stated prices", () => {
    const { models, prices, operator } = settingsOf({
      ...least,
      LOOPGATE_ANTHROPIC_KEY: "sk-of-anthropic",
      LOOPGATE_OPENAI_URL: "http://127.0.0.1:8080/v1",
      LOOPGATE_PRICES: '{"openai/*":{"input":0,"output":0}}',
      LOOPGATE_EGRESS: "registry.example, *.example.org",
    });
    expect(models).toEqual([
      {
        name: "anthropic",
        family: "anthropic",
        baseUrl: "https://api.anthropic.com",
        key: "sk-of-anthropic",
        priceId: "anthropic",
      },
      { name: "openai", family: "openai", baseUrl: "http://127.0.0.1:8080/v1", key: null, priceId: null },
    ]);
    expect(prices).toEqual({ "openai/*": { input: 0, output: 0 } });
    expect(operator.bounds.hosts).toEqual(["registry.example", "*.example.org"]);
  });

  test("a folder of tools is the runtime's only where one is named", () => {
    expect(settingsOf({ ...least, LOOPGATE_TOOLS: "/opt/agents" }).tools).toBe("/opt/agents");
    expect(settingsOf({ ...least, LOOPGATE_TOOLS: "" }).tools).toBe(null);
  });

  test("tool servers elsewhere have hosts, and credentials that are each for one", () => {
    const tracker = { host: "MCP.example.com", header: "Authorization", value: "Bearer 12345678" };
    const { operator, toolCredentials } = settingsOf({
      ...least,
      LOOPGATE_TOOL_HOSTS: "mcp.example.com, other.example.com:8443",
      LOOPGATE_TOOL_CREDENTIALS: JSON.stringify({ tracker }),
    });
    expect(operator.bounds.tool_hosts).toEqual(["mcp.example.com", "other.example.com:8443"]);
    expect(operator.bounds.tool_credentials).toEqual({ tracker: "mcp.example.com" });
    expect(toolCredentials).toEqual({ tracker });
  });

  test.each([
    "[]x",
    '{"Tracker":{"host":"a.example","header":"X-Key","value":"12345678"}}',
    '{"a":{"host":"*.example.com","header":"X-Key","value":"12345678"}}',
    '{"a":{"host":"a.example","header":"Host","value":"12345678"}}',
    '{"a":{"host":"a.example","header":"X-Key","value":"1234567"}}',
    String.raw`{"a":{"host":"a.example","header":"X-Key","value":"12345678\r\nX: y"}}`,
  ])("credentials of tool servers as %s are refused without being shown", (text) => {
    const said = messageOf({ ...least, LOOPGATE_TOOL_CREDENTIALS: text });
    expect(said).toContain("LOOPGATE_TOOL_CREDENTIALS must be a JSON object");
    expect(said).not.toContain("12345678");
  });

  test("prices that are no prices are refused", () => {
    expect(messageOf({ ...least, LOOPGATE_PRICES: '{"openai/*":{"input":-1,"output":0}}' })).toContain(
      "LOOPGATE_PRICES must be a JSON object of prices, with each name once.",
    );
  });

  test("an empty environment is refused in one message that names all five, what each is and where to get it", () => {
    expect(messageOf({})).toMatchInlineSnapshot(`
      "5 settings are missing, weak or invalid; nothing was started.
        LOOPGATE_APP_ID is missing.
          The GitHub App's number.
          Where: github.com → Settings → Developer settings → GitHub Apps → your App → General → App ID.
        LOOPGATE_APP_SLUG is missing.
          The App's name as in its address; tells what the App did from what people did.
          Where: github.com → Settings → Developer settings → GitHub Apps → your App: the last part of github.com/apps/<slug>.
        LOOPGATE_WEBHOOK_SECRET is missing.
          Secret that GitHub signs its webhooks with; at least 16 characters.
          Where: make one with \`openssl rand -hex 32\` and enter the same at github.com → Settings → Developer settings → GitHub Apps → your App → General → Webhook secret.
        LOOPGATE_SEAL_SECRET is missing.
          Secret that seals the records in issue comments; at least 32 characters, not the webhook secret, never shared.
          Where: make one with \`openssl rand -hex 32\` and keep it: records sealed with another secret are not trusted.
        LOOPGATE_PRIVATE_KEY is missing.
          The App's private RSA key: PEM, with line breaks or \`\\n\`, or the PEM in base64.
          Where: github.com → Settings → Developer settings → GitHub Apps → your App → General → Private keys → Generate; or name its file in LOOPGATE_PRIVATE_KEY_FILE.
      Settings come from the environment; .env.example lists all of them."
    `);
  });

  test("every missing, weak, wrong and unknown setting is named at once", () => {
    const env = {
      ...least,
      LOOPGATE_APP_ID: "seven",
      LOOPGATE_WEBHOOK_SECRET: "short",
      LOOPGATE_SEAL_SECRET: "",
      LOOPGATE_PORT: "99999",
      LOOPGATE_MAX_ATTEMPT: "1",
    };
    const named = [...messageOf(env).matchAll(/^ {2}(LOOPGATE_\w+ .*)$/gm)].map((match) => match[1]);
    expect(named).toEqual([
      "LOOPGATE_APP_ID must be a whole number from 1 to 999999999999.",
      "LOOPGATE_WEBHOOK_SECRET is shorter than 16 characters.",
      "LOOPGATE_SEAL_SECRET is missing.",
      "LOOPGATE_PORT must be a whole number from 0 to 65535.",
      "LOOPGATE_MAX_ATTEMPT is not a setting.",
    ]);
  });

  test("no value ever appears in the message", () => {
    const wrong = Object.fromEntries(Object.keys(Environment.shape).map((name) => [name, `CANARY-${name}\nCANARY`]));
    const message = messageOf(wrong);
    expect(message).toMatch(/^84 settings are/);
    expect(message).not.toContain("CANARY");
  });
});

test("what only serve needs is missing only where it is asked for, in the same message", () => {
  const read = readSettings({ ...least, LOOPGATE_APP_ID: "" }, ["LOOPGATE_RELAY_IMAGE"]);
  const message = read.ok ? "" : read.message;
  expect(message).toMatch(/^2 settings are/);
  expect(message).toContain("LOOPGATE_APP_ID is missing.");
  expect(message).toContain("LOOPGATE_RELAY_IMAGE is missing.");
});

describe("secrets", () => {
  test.each([
    ["", "is missing"],
    ["fifteen-chars-x", "is shorter than 16 characters"],
    ["aaaaaaaaaaaaaaaaaaaaaaaa", "has fewer than 8 different characters"],
  ])("the webhook secret %j is refused: it %s", (secret, why) => {
    expect(messageOf({ ...least, LOOPGATE_WEBHOOK_SECRET: secret })).toContain(`LOOPGATE_WEBHOOK_SECRET ${why}.`);
  });

  test("a seal secret of 31 characters is refused", () => {
    const message = messageOf({ ...least, LOOPGATE_SEAL_SECRET: "0123456789abcdefghijklmnopqrstu" });
    expect(message).toContain("LOOPGATE_SEAL_SECRET is shorter than 32 characters.");
  });

  test.each(["LOOPGATE_WEBHOOK_SECRET", "LOOPGATE_WEBHOOK_SECRET_PREVIOUS"])(
    "a seal secret equal to %s is refused",
    (name) => {
      const message = messageOf({ ...least, [name]: least.LOOPGATE_SEAL_SECRET });
      expect(message).toContain("LOOPGATE_SEAL_SECRET is the same as a webhook secret.");
    },
  );

  const hook = "one-webhook-secret-of-thirty-two-characters";
  test.each([
    ["a blank after it", `${hook} `],
    ["a blank before it", ` ${hook}`],
    ["a no-break space", `${hook}\u00a0`],
    ["a tab", `\t${hook}`],
    ["a character that nobody sees", `${hook.slice(0, 5)}\u200b${hook.slice(5)}`],
    ["other capitals", hook.toUpperCase()],
  ])("a seal secret that is the webhook secret with %s is the same", (_, seal) => {
    const message = messageOf({ ...least, LOOPGATE_WEBHOOK_SECRET: hook, LOOPGATE_SEAL_SECRET: seal });
    expect(message).toContain("LOOPGATE_SEAL_SECRET is the same as a webhook secret.");
  });

  test("neither secret may hold the other", () => {
    const said = "LOOPGATE_SEAL_SECRET holds a webhook secret, or is held by one.";
    expect(messageOf({ ...least, LOOPGATE_WEBHOOK_SECRET: hook, LOOPGATE_SEAL_SECRET: `${hook}-seal` })).toContain(
      said,
    );
    expect(messageOf({ ...least, LOOPGATE_WEBHOOK_SECRET: `${hook}1`, LOOPGATE_SEAL_SECRET: hook })).toContain(said);
  });

  test("while a webhook secret is rotated, the previous one stands second", () => {
    const env = { ...least, LOOPGATE_WEBHOOK_SECRET_PREVIOUS: "the-secret-before-this" };
    expect(settingsOf(env).webhookSecrets).toEqual(["a-webhook-secret-of-ours", "the-secret-before-this"]);
  });
});

describe("what is one thing to people and another to programs", () => {
  test.each([
    ["LOOPGATE_LABEL", " loop", "begins or ends with a blank; take it away"],
    ["LOOPGATE_LABEL", "loop ", "begins or ends with a blank; take it away"],
    ["LOOPGATE_LABEL", "loop\u00a0", "begins or ends with a blank; take it away"],
    ["LOOPGATE_LABEL", " ", "begins or ends with a blank; take it away"],
    ["LOOPGATE_LABEL", "lo\u200bop", "holds a character that cannot be seen; take it away"],
    ["LOOPGATE_LABEL", "\u202eloop", "holds a character that cannot be seen; take it away"],
    ["LOOPGATE_LABEL", "lo\top", "holds a character that cannot be seen; take it away"],
    [
      "LOOPGATE_LABEL",
      statusLabels.running.toUpperCase(),
      "is a label that Loopgate sets itself to say how a loop stands",
    ],
    ["LOOPGATE_DATA", "/srv/loopgate ", "begins or ends with a blank; take it away"],
    ["LOOPGATE_STORE", "postgres", "must be an address such as postgres://USER:PASSWORD@HOST/DATABASE"],
    ["LOOPGATE_STORE", "mysql://127.0.0.1/loops", "must begin with postgres://"],
    ["LOOPGATE_STORE", "postgres://127.0.0.1", "names no database"],
    [
      "LOOPGATE_STORE",
      "postgres://u:p@db.example.org/loops",
      "is on another machine, where anybody between could read the password",
    ],
    ["LOOPGATE_STORE", "postgres://u:p@db.example.org/loops?sslmode=require", "is on another machine"],
    ["LOOPGATE_TOOLS", " /opt/agents", "begins or ends with a blank; take it away"],
    ["LOOPGATE_RELAY_IMAGE", "loopgate:1 ", "begins or ends with a blank; take it away"],
    ["LOOPGATE_GITHUB_URL", " https://git.example.org", "begins or ends with a blank; take it away"],
    ["LOOPGATE_ANTHROPIC_KEY", "sk-key\u200b", "holds a character that cannot be seen; take it away"],
    ["LOOPGATE_HOST", "*", "must be one address or name of this machine"],
    ["LOOPGATE_HOST", "0.0.0.0,::", "must be one address or name of this machine"],
    ["LOOPGATE_EGRESS", "*", "has an entry, number 1, that would allow nearly every host there is"],
    ["LOOPGATE_EGRESS", "example.org,*.com", "has an entry, number 2, that would allow nearly every host there is"],
    ["LOOPGATE_EGRESS", "*.*", "has an entry, number 1, that would allow nearly every host there is"],
    ["LOOPGATE_EGRESS", "*.co.uk", "has an entry, number 1, that covers names that anybody may have"],
    ["LOOPGATE_EGRESS", "10.0.0.1", "has an entry, number 1, that is no host such as"],
    ["LOOPGATE_EGRESS", "https://example.org", "has an entry, number 1, that is no host such as"],
    ["LOOPGATE_TOOL_HOSTS", "a.example.com,*.example.com", "has an entry, number 2, that stands for several hosts"],
    ["LOOPGATE_IMAGES", "node:24,*", "has an entry, number 2, that is no image's name"],
  ])("%s as %j is refused: it %s", (name, value, why) => {
    expect(messageOf({ ...least, [name]: value })).toContain(`${name} ${why}`);
  });

  test.each(["loop", "loop: go", "\u{1f469}\u200d\u{1f4bb} loop", "autom\u00e4tisch"])(
    "the label %j is accepted",
    (label) => {
      expect(settingsOf({ ...least, LOOPGATE_LABEL: label }).label).toBe(label);
    },
  );

  test("a database for the store is accepted here, and elsewhere where its certificate is checked; no message quotes it", () => {
    const accepted = [
      "postgres://u:p@127.0.0.1:5433/loops",
      "postgresql://u:p@db.example.org/loops?sslmode=verify-full",
    ];
    for (const store of accepted) expect(settingsOf({ ...least, LOOPGATE_STORE: store }).store).toBe(store);
    expect(settingsOf({ ...least, LOOPGATE_STORE: "" }).store).toBe(undefined);
    const message = messageOf({ ...least, LOOPGATE_STORE: "postgres://loop:hidden-word@db.example.org/loops" });
    expect(message).not.toMatch(/hidden-word|db\.example/);
  });

  test("all of it is refused in one message", () => {
    const hook = "one-webhook-secret-of-thirty-two-characters";
    const wrong = { LOOPGATE_LABEL: "loop ", LOOPGATE_EGRESS: "*", LOOPGATE_HOST: "*", LOOPGATE_DATA: "/" };
    const message = messageOf({ ...least, ...wrong, LOOPGATE_WEBHOOK_SECRET: hook, LOOPGATE_SEAL_SECRET: `${hook} ` });
    expect(message).toMatch(/^5 settings are missing, weak or invalid; nothing was started\./);
    for (const name of [...Object.keys(wrong), "LOOPGATE_SEAL_SECRET"]) expect(message).toContain(`  ${name} `);
  });
});

describe("the data folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "loopgate-data-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const said = (path: string) => messageOf({ ...least, LOOPGATE_DATA: path });

  test.each([
    "/",
    "//",
    "/tmp/..",
    "/etc",
    "/usr/share/loopgate",
    "/var",
    "/home",
    "/proc/self",
    "/dev",
    process.cwd(),
  ])("is not %s", (path) => {
    expect(said(path)).toMatch(/LOOPGATE_DATA (?:is a folder that all|belongs to the machine|holds this program)/);
  });

  test("is no home folder, nor what holds one", () => {
    mkdirSync(join(folder, "me"));
    expect(dataFolderProblem(join(folder, "me"), join(folder, "me"))).toMatch(/^is a home folder, or holds one/);
    expect(dataFolderProblem(folder, join(folder, "me"))).toMatch(/^is a home folder, or holds one/);
    expect(dataFolderProblem(join(folder, "me", ".loopgate"), join(folder, "me"))).toBeNull();
  });

  test("is not one that holds other things, by whichever name it is called", () => {
    writeFileSync(join(folder, "thesis.txt"), "all there is of it");
    expect(said(folder)).toContain("LOOPGATE_DATA holds what is not Loopgate's; name an empty folder");
    symlinkSync(folder, join(folder, "link"));
    expect(said(join(folder, "link"))).toContain("LOOPGATE_DATA holds what is not Loopgate's");
    expect(said(join(folder, "none", ".."))).toContain("LOOPGATE_DATA holds what is not Loopgate's");
    symlinkSync("/", join(folder, "root"));
    expect(said(join(folder, "root"))).toContain("LOOPGATE_DATA is a folder that all programs");
    expect(said(join(folder, "thesis.txt"))).toContain("LOOPGATE_DATA is not a folder that can be read");
  });

  test("is an empty one, one that is not there, a new disk, or one that was it before", () => {
    const accepted = (path: string) => settingsOf({ ...least, LOOPGATE_DATA: path }).dataDir;
    expect(accepted(folder)).toBe(folder);
    expect(accepted(join(folder, "a", "b"))).toBe(join(folder, "a", "b"));
    mkdirSync(join(folder, "lost+found"));
    expect(accepted(folder)).toBe(folder);
    for (const name of ["objects", "runs", "sockets", "provenance", "quarantine"]) mkdirSync(join(folder, name));
    expect(accepted(folder)).toBe(folder); // its store was lost
    writeFileSync(join(folder, "notes.txt"), "an operator's own");
    writeFileSync(join(folder, "loopgate.sqlite"), "");
    expect(accepted(folder)).toBe(folder);
  });

  test("is not shown to agents by way of the tools, nor is the private key, nor a home", () => {
    const tools = (path: string) => messageOf({ ...least, LOOPGATE_DATA: join(folder, "data"), LOOPGATE_TOOLS: path });
    const why = "LOOPGATE_TOOLS would show agents the data folder or the private key";
    for (const path of [folder, join(folder, "data"), join(folder, "data", "tools"), "/"])
      expect(tools(path)).toContain(why);
    const key = { LOOPGATE_PRIVATE_KEY: "", LOOPGATE_PRIVATE_KEY_FILE: join(folder, "keys", "app.pem") };
    mkdirSync(join(folder, "keys"));
    writeFileSync(key.LOOPGATE_PRIVATE_KEY_FILE, pkcs1);
    expect(messageOf({ ...least, ...key, LOOPGATE_TOOLS: join(folder, "keys") })).toContain(why);
    expect(toolsFolderProblem(folder, [], join(folder, "me"))).toMatch(/^would show agents a home folder/);
    expect(toolsFolderProblem(join(folder, "me", "tools"), [], join(folder, "me"))).toBeNull();
  });
});

describe("the private key", () => {
  test.each([
    ["PKCS #1", pkcs1],
    ["PKCS #8", pkcs8],
    ["line breaks written as \\n", pkcs1.replaceAll("\n", "\\n")],
    ["base64 of the file", Buffer.from(pkcs1).toString("base64")],
  ])("is accepted as %s", (_, text) => {
    expect(settingsOf({ ...least, LOOPGATE_PRIVATE_KEY: text }).app.privateKey).toBe(pkcs8);
  });

  test("is read from the file that LOOPGATE_PRIVATE_KEY_FILE names", () => {
    const dir = mkdtempSync(join(tmpdir(), "loopgate-key-"));
    const file = join(dir, "app.pem");
    writeFileSync(file, pkcs1);
    try {
      const env = { ...least, LOOPGATE_PRIVATE_KEY: "", LOOPGATE_PRIVATE_KEY_FILE: file };
      expect(settingsOf(env).app.privateKey).toBe(pkcs8);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test("is refused, with the reason, when its file cannot be read or both are set", () => {
    const file = { ...least, LOOPGATE_PRIVATE_KEY: "", LOOPGATE_PRIVATE_KEY_FILE: "/nowhere/at/all" };
    expect(messageOf(file)).toContain("LOOPGATE_PRIVATE_KEY_FILE names a file that cannot be read.");
    const both = { ...least, LOOPGATE_PRIVATE_KEY_FILE: "/keys/app.pem" };
    expect(messageOf(both)).toContain("LOOPGATE_PRIVATE_KEY and LOOPGATE_PRIVATE_KEY_FILE are both set.");
  });

  const small = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
  const curve = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  test.each([
    ["nonsense", "nonsense"],
    ["a key of 1024 bits", small.export({ type: "pkcs1", format: "pem" }) as string],
    ["a key of another kind", curve.export({ type: "pkcs8", format: "pem" }) as string],
    ["half a key", pkcs1.slice(0, 400)],
  ])("%s is refused", (_, text) => {
    const message = messageOf({ ...least, LOOPGATE_PRIVATE_KEY: text });
    expect(message).toContain("LOOPGATE_PRIVATE_KEY must hold a private RSA key of at least 2048 bits.");
  });
});

describe("GitHub's addresses", () => {
  test("GitHub Enterprise Server's git address follows from its REST address", () => {
    const { github } = settingsOf({ ...least, LOOPGATE_GITHUB_URL: "https://git.example.org/api/v3/" });
    expect(github).toMatchObject({ apiUrl: "https://git.example.org/api/v3", gitUrl: "https://git.example.org" });
  });

  test("plain http is accepted for this machine only", () => {
    const local = { ...least, LOOPGATE_GITHUB_URL: "http://127.0.0.1:8080" };
    expect(settingsOf(local).github.gitUrl).toBe("http://127.0.0.1:8080");
    const far = { ...least, LOOPGATE_GITHUB_URL: "http://git.example.org/api/v3" };
    expect(messageOf(far)).toContain("LOOPGATE_GITHUB_URL is http:// to another machine");
  });

  test.each(["git.example.org", "ftp://git.example.org", "https://me:pass@git.example.org", "https://x.org/?a=1"])(
    "%s is refused",
    (address) => {
      expect(messageOf({ ...least, LOOPGATE_GIT_URL: address })).toContain(
        "LOOPGATE_GIT_URL must be an http(s) address",
      );
    },
  );
});

describe("what the operator grants", () => {
  test("bounds and defaults come from the environment", () => {
    const { operator } = settingsOf({
      ...least,
      LOOPGATE_MAX_ATTEMPTS: "2",
      LOOPGATE_MIN_APPROVALS: "1",
      LOOPGATE_MAY_MERGE: "on",
      LOOPGATE_IMAGES: "node:24@sha256:1, python:3 ,",
      LOOPGATE_AGENT_COMMAND: "agent --go",
      LOOPGATE_REVIEWER_IMAGE: "reviewer:1",
    });
    expect(operator.bounds).toMatchObject({
      attempts: 2,
      approvals_minimum: 1,
      may_merge: true,
      images: ["node:24@sha256:1", "python:3"],
    });
    expect(operator.defaults.agent.command).toBe("agent --go");
    expect(operator.defaults.reviewer.image).toBe("reviewer:1");
  });

  test("every setting has a description that ends as a sentence", () => {
    for (const [name, schema] of Object.entries(Environment.shape)) {
      expect(schema.meta()?.description, name).toMatch(/^[A-Z].+\.$/);
    }
  });
});
