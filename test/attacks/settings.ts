// Settings, hosts and addresses that mean one thing to the operator and another to programs.
import { generateKeyPairSync } from "node:crypto";
import { isPublicAddress } from "../../src/gateway/egress/addresses.ts";
import { isAllowed, readDestination } from "../../src/gateway/egress/hosts.ts";
import { readAllowedHost } from "../../src/policy/hosts.ts";
import { readSettings } from "../../src/settings.ts";
import { kindOf } from "./spelling.ts";

const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const least = {
  LOOPGATE_APP_ID: "12345",
  LOOPGATE_APP_SLUG: "loopgate-test",
  LOOPGATE_PRIVATE_KEY: key.export({ type: "pkcs1", format: "pem" }) as string,
  LOOPGATE_WEBHOOK_SECRET: "one-webhook-secret-of-thirty-two-characters",
  LOOPGATE_SEAL_SECRET: "a-seal-secret-that-nobody-else-knows",
};
const hook = least.LOOPGATE_WEBHOOK_SECRET;
const seal = (text: string) => ({ LOOPGATE_SEAL_SECRET: text });
const set = (name: string, value: string) => ({ [`LOOPGATE_${name}`]: value });
const other = seal("another-seal-secret-that-nobody-knows");
const accepted = (env: Record<string, string>) => readSettings({ ...least, ...env }).ok;

const settings = kindOf("a setting", "T18", accepted, [
  ["a seal that is the webhook's with an ideographic blank", seal(`${hook}\u3000`), other],
  ["a seal that is the webhook's with a byte order mark", seal(`\ufeff${hook}`), other],
  ["a seal that is the webhook's in letters of full width", seal(hook.replace("one", "\uff4f\uff4e\uff45")), other],
  ["a seal that is the webhook's with a soft hyphen", seal(`${hook.slice(0, 9)}\u00ad${hook.slice(9)}`), other],
  ["a seal that is the webhook's in quotes", seal(`"${hook}"`), other],
  [
    "a seal that is the former webhook's with a blank",
    { ...other, LOOPGATE_WEBHOOK_SECRET_PREVIOUS: `${other.LOOPGATE_SEAL_SECRET} ` },
    other,
  ],
  ["a label with a thin blank", set("LABEL", "loop\u2009"), set("LABEL", "loop go")],
  ["a label with a soft hyphen", set("LABEL", "lo\u00adop"), set("LABEL", "lo-op")],
  ["a label with a filler that looks like a blank", set("LABEL", "loop\u3164"), set("LABEL", "loop\u30eb")],
  ["a label with a blank of Braille", set("LABEL", "loop\u2800"), set("LABEL", "loop\u2801")],
  ["a label of nothing but joiners", set("LABEL", "\u200d\u200d"), set("LABEL", "\u{1f469}\u200d\u{1f4bb}")],
  ["a label in letters of a tag", set("LABEL", "loop\u{e006c}"), set("LABEL", "loop")],
  ["a data folder of the root, with dots", set("DATA", "/./"), set("DATA", "/srv/loopgate-that-is-not-there")],
  [
    "a data folder that climbs to the root",
    set("DATA", "/srv/x/../.."),
    set("DATA", "/srv/x/../loopgate-that-is-not-there"),
  ],
  ["a data folder of a process", set("DATA", "/proc/self/cwd"), set("DATA", "/srv/loopgate-that-is-not-there")],
  ["a data folder with a character zero", set("DATA", "/srv/a\0b"), set("DATA", "/srv/loopgate-that-is-not-there")],
  [
    "a data folder below the machine's own, through links",
    set("DATA", "/etc/../etc/loopgate"),
    set("DATA", "/srv/etc/loopgate"),
  ],
  ["a host for all, as a number", set("HOST", "0"), set("HOST", "0.0.0.0")],
  ["a host for all, cut short", set("HOST", "0.0"), set("HOST", "127.0.0.1")],
  ["a host in hexadecimal", set("HOST", "0x7f.0.0.1"), set("HOST", "127.0.0.1")],
  ["a host in octal", set("HOST", "0177.0.0.1"), set("HOST", "127.0.0.1")],
  ["a host that is one number", set("HOST", "2130706433"), set("HOST", "127.0.0.1")],
  ["a host of colons", set("HOST", ":::"), set("HOST", "::")],
  ["a host with a port", set("HOST", "127.0.0.1:3000"), set("HOST", "::1")],
  ["a port with a sign", set("PORT", "+3000"), set("PORT", "3000")],
  ["a port in hexadecimal", set("PORT", "0xbb8"), set("PORT", "3000")],
  ["a port in digits of another script", set("PORT", "\u0663000"), set("PORT", "3000")],
  ["a number with an exponent", set("CONCURRENT_RUNS", "1e2"), set("CONCURRENT_RUNS", "100")],
  ["a number with a blank", set("MAX_USD", "5 "), set("MAX_USD", "5")],
  ["a yes in other words", set("MAY_MERGE", "true"), set("MAY_MERGE", "on")],
  ["a yes in capitals", set("MAY_MERGE", "ON"), set("MAY_MERGE", "off")],
  [
    "GitHub's address without slashes",
    set("GITHUB_URL", "https:api.github.com"),
    set("GITHUB_URL", "https://api.github.com"),
  ],
  [
    "GitHub's address with backslashes",
    set("GITHUB_URL", "https:\\\\api.github.com"),
    set("GITHUB_URL", "https://api.github.com"),
  ],
  [
    "GitHub's address with the root's dot",
    set("GITHUB_URL", "https://api.github.com."),
    set("GITHUB_URL", "https://api.github.com/"),
  ],
  [
    "GitHub's address with a tab in it",
    set("GITHUB_URL", "https://api.git\thub.com"),
    set("GITHUB_URL", "https://api.github.com"),
  ],
  [
    "GitHub's address with a name before it",
    set("GITHUB_URL", "https://api.github.com@evil.example"),
    set("GITHUB_URL", "https://api.github.com"),
  ],
  [
    "GitHub's address of another script",
    set("GITHUB_URL", "https://api.g\u0456thub.com"),
    set("GITHUB_URL", "https://git.example.org/api/v3"),
  ],
  [
    "GitHub's address with climbing",
    set("GITHUB_URL", "https://git.example.org/a/../api"),
    set("GITHUB_URL", "https://git.example.org/api/v3"),
  ],
  [
    "GitHub's address that is escaped",
    set("GITHUB_URL", "https://api%2egithub.com"),
    set("GITHUB_URL", "https://api.github.com"),
  ],
  [
    "GitHub's address with a query of nothing",
    set("GITHUB_URL", "https://api.github.com/?"),
    set("GITHUB_URL", "https://api.github.com/"),
  ],
  [
    "GitHub's address with a fragment of nothing",
    set("GITHUB_URL", "https://api.github.com/#"),
    set("GITHUB_URL", "https://api.github.com"),
  ],
  ["a data folder as a shell would read it", set("DATA", "~/x"), set("DATA", "/srv/loopgate-that-is-not-there")],
  ["a data folder with a variable", set("DATA", "$HOME/x"), set("DATA", "/srv/loopgate-that-is-not-there")],
  ["user ids with a dash of another kind", set("RUN_UIDS", "2000\u20133000"), set("RUN_UIDS", "2000-3000")],
  ["user ids in digits of another script", set("RUN_UIDS", "\u0662000-3000"), set("RUN_UIDS", "2000-3000")],
  ["user ids in three parts", set("RUN_UIDS", "2000-3000-4000"), set("RUN_UIDS", "2000-3000")],
  [
    "this machine's address with its name behind it",
    set("GITHUB_URL", "http://127.0.0.1.evil.example"),
    set("GITHUB_URL", "http://127.0.0.1:8080"),
  ],
  [
    "this machine's name with another behind it",
    set("GITHUB_URL", "http://localhost.evil.example"),
    set("GITHUB_URL", "http://localhost:8080"),
  ],
  [
    "this machine's address within IPv6",
    set("OPENAI_URL", "http://[::ffff:10.0.0.1]/v1"),
    set("OPENAI_URL", "http://[::1]/v1"),
  ],
  ["all addresses as this machine", set("OPENAI_URL", "http://0.0.0.0/v1"), set("OPENAI_URL", "http://127.0.0.1/v1")],
  [
    "an address by another protocol in capitals",
    set("OPENAI_URL", "FTP://127.0.0.1/v1"),
    set("OPENAI_URL", "HTTP://127.0.0.1/v1"),
  ],
  [
    "prices that are text",
    set("PRICES", '{"openai/*":{"input":"0","output":0}}'),
    set("PRICES", '{"openai/*":{"input":0,"output":0}}'),
  ],
  ...[
    ["in one price", '{"openai/*":{"input":9,"input":0,"output":0}}'],
    ["in one price, escaped", '{"openai/*":{"input":9,"\\u0069nput":0,"output":0}}'],
    ["of one model", '{"openai/*":{"input":9,"output":9},"openai/*":{"input":0,"output":0}}'],
    ["of one model, escaped", '{"openai/*":{"input":9,"output":9},"openai\\/*":{"input":0,"output":0}}'],
  ].map(
    ([where, text = ""]) =>
      [
        `prices with a name twice ${where}`,
        set("PRICES", text),
        set("PRICES", '{"openai/*":{"input":9,"output":9},"openai/gpt-*":{"input":0,"output":0}}'),
      ] as const,
  ),
  ...["/etc", "/etc/ssl", "/etc/../etc/", "/proc/1/root", "/var", "/run/user", "/dev/shm", "/usr", "/boot"].map(
    (folder) =>
      [`tools that are the machine's own, ${folder}`, set("TOOLS", folder), set("TOOLS", "/opt/agents")] as const,
  ),
  [
    "prices without end",
    set("PRICES", '{"openai/*":{"input":1e999,"output":0}}'),
    set("PRICES", '{"openai/*":{"input":1e3,"output":0}}'),
  ],
  [
    "prices for a provider in capitals",
    set("PRICES", '{"OpenAI/*":{"input":0,"output":0}}'),
    set("PRICES", '{"openai/*":{"input":0,"output":0}}'),
  ],
  ["an image with a blank of another kind", set("AGENT_IMAGE", "node:24\u00a0"), set("AGENT_IMAGE", "node:24")],
  ["a setting in small letters", { LOOPGATE_max_usd: "5" }, set("MAX_USD", "5")],
  ["a setting of another script", { "LOOPGATE_MAX_U\u0405D": "5" }, set("MAX_USD", "5")],
]);

const listed = kindOf("a listed host", "T6", (host: string) => readAllowedHost(host) !== null, [
  ["every name, with the root's dot", "*.", "*.example.com"],
  ["a whole domain with the root's dot", "*.com.", "*.example.com."],
  ["a star in the middle", "a.*.com", "a.b.com"],
  ["a star at a name's end", "example.*", "example.org"],
  ["a star that is part of a name", "*x.example.com", "*.x.example.com"],
  ["two dots", "a..example.com", "a.b.example.com"],
  ["an address as one number", "2130706433", "two.example.com"],
  ["an address in hexadecimal", "0x7f000001", "x7f.example.com"],
  ["an address cut short", "127.1", "a.b1"],
  ["an address of IPv6", "[::1]", "ip6.example.com"],
  ["an address of IPv4 in IPv6", "[::ffff:169.254.169.254]", "metadata.example.com"],
  ["this machine's own name", "localhost", "localhost.example.com"],
  ["a name without a dot", "metadata", "metadata.example.com"],
  ["a name of another script", "\u0435xample.com", "xn--xample-2of.com"],
  ["a name with a character of no width", "exam\u200bple.com", "example.com"],
  ["a name with a path", "example.com/x", "example.com:8443"],
  ["a name with a user", "me@example.com", "me.example.com"],
  ["a port of nothing", "example.com:0", "example.com:1"],
  ["a port that is too large", "example.com:65536", "example.com:65535"],
  ["a country's names, in capitals", "*.CO.UK", "*.A.CO.UK"],
]);

const example = readAllowedHost("*.example.com");
const reached = (target: string) => {
  const destination = readDestination(target);
  return destination !== null && example !== null && isAllowed([example], destination);
};

const tunnels = kindOf("a tunnel", "T6", reached, [
  ["to a name that ends alike", "evilexample.com:443", "evil.example.com:443"],
  ["to a name with ours before it", "a.example.com.evil.org:443", "a.example.com.:443"],
  ["to the domain itself", "example.com:443", "a.example.com:443"],
  ["to an escaped name", "a.example%2ecom:443", "a.example.com:443"],
  ["to a name with a character zero", "evil.org\0.example.com:443", "A.EXAMPLE.COM:443"],
  ["to a name with a user", "evil.org@a.example.com:443", "a.example.com:443"],
  ["to another port", "a.example.com:444", "a.example.com:443"],
  ["to a port with zeros before it", "a.example.com:00444", "a.example.com:00443"],
  ["to two ports", "a.example.com:443:25", "a.example.com:443"],
  ["to no port", "a.example.com", "a.example.com:443"],
  ["to a name with a line's end", "a.example.com:443\r\nHost: evil.org", "a.example.com:443"],
  ["to a name with a full stop of another script", "evil.org\u3002example.com:443", "a.example.com:443"],
]);

const addresses = kindOf("an address", "T6", isPublicAddress, [
  ["this machine within IPv6", "::ffff:127.0.0.1", "2606:4700::1"],
  ["this machine within IPv6, in hexadecimal", "::ffff:7f00:1", "2606:4700::1"],
  ["this machine within IPv6, as it was once written", "::127.0.0.1", "2606:4700::1"],
  ["this machine through a translator", "64:ff9b::7f00:1", "2606:4700::1"],
  ["this machine through a local translator", "64:ff9b:1::7f00:1", "2606:4700::1"],
  ["this machine through 6to4", "2002:7f00:1::", "2606:4700::1"],
  ["this machine through Teredo", "2001:0:7f00:1::", "2606:4700::1"],
  ["a cloud's keeper of secrets", "169.254.169.254", "8.8.8.8"],
  ["a cloud's keeper of secrets over IPv6", "fd00:ec2::254", "2606:4700::1"],
  ["a cloud's keeper of secrets within IPv6", "::ffff:a9fe:a9fe", "2606:4700::1"],
  ["a link's own address with its zone", "fe80::1%eth0", "2606:4700::1"],
  ["a public address with a zone", "2606:4700::1%lo", "2606:4700::1"],
  ["an address cut short", "127.1", "1.1.1.1"],
  ["an address as one number", "2130706433", "1.1.1.1"],
  ["an address in octal", "0177.0.0.1", "1.1.1.1"],
  ["an address in hexadecimal", "0x7f.0.0.1", "1.1.1.1"],
  ["an address in brackets", "[2606:4700::1]", "2606:4700::1"],
  ["all addresses", "0.0.0.0", "1.1.1.1"],
  ["all addresses of IPv6", "::", "2606:4700::1"],
  ["a carrier's own", "100.64.0.1", "100.63.255.255"],
  ["everybody near", "255.255.255.255", "223.255.255.254"],
]);

export const operatorsWords = [settings, listed, tunnels, addresses];
