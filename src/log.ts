// The log: one JSON line per event in, decision and effect out, with everything that could be a secret taken out.
import { type DestinationStream, type Logger, type LoggerOptions, pino } from "pino";

/** Field names whose values never reach the log, at the top and one level down. */
const secretNames = ["token", "secret", "password", "privateKey", "authorization", "cookie", "sealKey", "lease"];

/** What looks like a credential in any text: GitHub's tokens, Bearer and Basic headers, users in addresses, PEM keys. */
const secretShapes = [
  /\bgh[opsur]_[A-Za-z0-9_]{16,}\b/g,
  /\bgithub_pat_[A-Za-z0-9_]{16,}\b/g,
  /\b(?:Bearer|Basic|token)\s+[A-Za-z0-9._~+/=-]{16,}/gi,
  /(?<=:\/\/)[^\s/@:"\\]+:[^\s/@"\\]+(?=@)/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^"]*/g,
];

export interface LogOptions {
  readonly level: "debug" | "info" | "warn" | "error";
  /** Where the lines go; default: standard output. */
  readonly to?: DestinationStream;
}

/** A logger that fits the engine's `Log` and Probot. */
export function pinoLogger({ level, to }: LogOptions): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (name) => ({ level: name }) },
    redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`]), censor: "[removed]" },
    serializers: { err: (error: unknown) => describeError(error, 0) },
    hooks: { streamWrite: withoutSecrets },
  };
  // Written at once: a line that waits in memory is lost with the process, and the last line is the one that matters.
  return pino(options, to ?? pino.destination({ dest: 1, sync: true }));
}

/** The text with whatever looks like a credential replaced. */
export function withoutSecrets(text: string): string {
  return secretShapes.reduce((clean, shape) => clean.replace(shape, "[removed]"), text);
}

/** Of an error from anywhere only what is ours to show: other fields may hold whole requests. */
function describeError(error: unknown, depth: number): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const { kind, retry } = error as { kind?: unknown; retry?: unknown };
  return {
    type: name,
    message,
    ...(typeof kind === "string" ? { kind, retry } : { stack }),
    ...(cause !== undefined && depth < 3 ? { cause: describeError(cause, depth + 1) } : {}),
  };
}
