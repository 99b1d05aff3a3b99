// What git's complaint means: its standard error becomes a fault of a known kind.
import { Fault, type FaultKind } from "../../base/fault.ts";

interface Meaning {
  readonly sign: RegExp;
  readonly kind: FaultKind;
  readonly retry: "later" | "never";
  readonly says: string;
}

/** First match wins. The sentences replace git's text, which may carry words of a remote or of an agent. */
const meanings: readonly Meaning[] = [
  { sign: /No space left on device|Disk quota exceeded/, kind: "engine", retry: "later", says: "the disk is full" },
  { sign: /Too many open files|Cannot allocate memory/, kind: "engine", retry: "later", says: "the host is exhausted" },
  {
    sign: /returned error: 429|rate limit/i,
    kind: "rate_limited",
    retry: "later",
    says: "the remote told us to wait",
  },
  {
    sign: /IP allow list|suspended your access/i,
    kind: "unavailable",
    retry: "later",
    says: "the account's owner keeps us out for now",
  },
  {
    sign: /Authentication failed|could not read Username|returned error: 40[13]\b|Permission to .* denied/,
    kind: "forbidden",
    retry: "never",
    says: "the remote did not accept our token for it",
  },
  {
    sign: /returned error: 404|repository '[^']*' not found|does not appear to be a git repository|Repository not found/,
    kind: "not_found",
    retry: "never",
    says: "the remote does not know this repository",
  },
  {
    sign: /returned error: 30\d|unable to update url base from redirection/,
    kind: "conflict",
    retry: "later",
    says: "the repository has moved to another address",
  },
  {
    sign: /couldn't find remote ref|Remote branch .* not found/,
    kind: "not_found",
    retry: "later",
    says: "the remote has no such branch",
  },
  {
    sign: /not our ref|upload-pack: not our ref/,
    kind: "conflict",
    retry: "later",
    says: "the remote no longer has that commit",
  },
  {
    sign: /returned error: 5\d\d|Could not resolve host|Failed to connect|Connection (refused|reset|timed out)|Operation too slow|early EOF|unexpected disconnect|RPC failed|Empty reply|hung up|SSL/i,
    kind: "unavailable",
    retry: "later",
    says: "the remote did not answer properly",
  },
  {
    sign: /fsck|did not receive expected object|bad object/,
    kind: "invalid",
    retry: "never",
    says: "an object is bad",
  },
];

const damage =
  /corrupt|not a git repository|object file .* is empty|inflate|unable to read (tree|sha1)|missing (blob|tree|commit)|bad (object|pack|index)|did not send all necessary objects|packfile .* (is|cannot)|unable to unpack|not a valid object|does not match index|unexpected line in|unable to resolve reference|bad config line|broken/i;

/** The fault for a failed git command; the message starts with what was attempted. */
export function gitFault(attempted: string, stderr: string): Fault {
  const meaning = meanings.find((each) => each.sign.test(stderr));
  const cause = new Error(stderr.slice(0, 2000));
  if (meaning === undefined) return new Fault(`${attempted}: git failed`, { kind: "engine", retry: "later", cause });
  return new Fault(`${attempted}: ${meaning.says}`, { kind: meaning.kind, retry: meaning.retry, cause });
}

/** Whether git's complaint says that our own stored copy of a repository is damaged (F47); what a remote says does not count. */
export function isDamage(stderr: string): boolean {
  return stderr.split("\n").some((line) => !line.startsWith("remote:") && damage.test(line));
}
