// The hosts that operator and policy list for runs: names, never addresses, and never as good as every name there is.

/** One allowed destination: a name, or `*.` and a name for everything below it, and a port. */
export interface AllowedHost {
  readonly name: string;
  readonly below: boolean;
  readonly port: number;
}

const label = "[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?";
const dnsName = new RegExp(`^(?:${label}\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$`);

/**
 * Below these, names are anybody's: countries sell them as `co.uk`, and services give one to whoever asks. The list is by
 * no means whole (publicsuffix.org keeps one of ten thousand lines); the operator sees what is allowed.
 */
const soldByCountries = /^(?:ac|co|com|edu|go|gob|gov|gouv|gv|ltd|mil|ne|net|nom|or|org|plc|sch)\.[a-z]{2}$/;
const givenToAnybody = new Set(
  (
    "amazonaws.com appspot.com azureedge.net azurewebsites.net blogspot.com cloudfront.net firebaseapp.com fly.dev github.io " +
    "githubpreview.dev gitlab.io herokuapp.com netlify.app ngrok.app ngrok.io ngrok-free.app onrender.com pages.dev r2.dev " +
    "run.app surge.sh trycloudflare.com vercel.app web.app workers.dev"
  ).split(" "),
);

/** A host as it is listed, `example.com`, `*.example.com` or `example.com:8443`; null when it is none, or far too wide. */
export function readAllowedHost(text: string): AllowedHost | null {
  return hostProblem(text) === null ? partsOf(text) : null;
}

/** What is wrong with a listed host, as the end of a sentence; null when nothing is. */
export function hostProblem(text: string): string | null {
  if (/^\*(?:\.?\*|\.?$|\.[^.]*$|:)/.test(text.trim()))
    return "would allow nearly every host there is; name the hosts, or `*.` and a domain of theirs";
  const host = partsOf(text);
  if (host === null) return "is no host such as `example.com`, `*.example.com` or `example.com:8443`";
  if (host.below && (soldByCountries.test(host.name) || givenToAnybody.has(host.name)))
    return "covers names that anybody may have; name the hosts, or `*.` and a domain of theirs";
  return null;
}

function partsOf(text: string): AllowedHost | null {
  const [, star = "", host = "", port = "443"] = /^(\*\.)?([^:*]+)(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  const name = nameOf(host);
  if (name === null || !isPort(Number(port))) return null;
  return { name, below: star !== "", port: Number(port) };
}

/** Lower case, without the root's dot. The last label begins with a letter, so that no spelling of an address fits. */
export function nameOf(host: string): string | null {
  const name = host.toLowerCase().replace(/\.$/, "");
  return name.length <= 253 && dnsName.test(name) ? name : null;
}

/** Whether it is a number that a port may have. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}
