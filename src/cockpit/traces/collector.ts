// Where spans are sent, as the operator says it in the names that OpenTelemetry has for that.
import { Fault } from "../../base/fault.ts";

export interface Collector {
  /** Its address without `/v1/traces`, as OTEL_EXPORTER_OTLP_ENDPOINT has it. */
  readonly endpoint: string;
  /** Sent with each request, such as a key. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Of the environment as OpenTelemetry names it; null: nothing is sent. Throws Fault where it names no address: all would be lost unheard. */
export function collectorIn(env: Readonly<Record<string, string | undefined>>): Collector | null {
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!endpoint) return null;
  const isAddress = /^https?:\/\//i.test(endpoint) && URL.canParse(endpoint);
  if (!isAddress)
    throw new Fault(
      "Could not read where traces go: OTEL_EXPORTER_OTLP_ENDPOINT needs an address such as http://127.0.0.1:4318. Nothing was started.",
      { kind: "invalid", retry: "never" },
    );
  return { endpoint, headers: headersIn(env.OTEL_EXPORTER_OTLP_HEADERS ?? "") };
}

/** `name=value` separated by commas, each encoded as in an address: https://opentelemetry.io/docs/specs/otel/protocol/exporter/ */
function headersIn(text: string): Record<string, string> {
  const pairs = text.split(",").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at <= 0 ? [] : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())] as const];
  });
  return Object.fromEntries(pairs);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
