// Times as people read them: durations, and dates in UTC or on the clock of a time zone.

/** A duration in milliseconds as its two largest units: `1 h 5 min`, `12 s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const units: [size: number, name: string][] = [
    [86_400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const first = units.findIndex(([size]) => seconds >= size);
  if (first < 0) return "0 s";
  const [size, name] = units[first]!;
  const rest = units[first + 1];
  const whole = `${Math.floor(seconds / size)} ${name}`;
  const more = rest === undefined ? 0 : Math.floor((seconds % size) / rest[0]);
  return rest === undefined || more === 0 ? whole : `${whole} ${more} ${rest[1]}`;
}

/** Epoch milliseconds as `2026-11-22 15:43 UTC`. */
export function date(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** The same on the clock of a time zone, as `2026-11-23 00:00 (Europe/Berlin)`. Throws RangeError for one that this machine does not know. */
export function dateIn(timeZone: string, ms: number): string {
  if (timeZone === "UTC") return date(ms);
  const parts = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" } as const;
  const shown = new Intl.DateTimeFormat("en-CA", { timeZone, hourCycle: "h23", ...parts }).format(ms);
  return `${shown.replace(",", "")} (${timeZone})`;
}
