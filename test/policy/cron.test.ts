// When a schedule comes: what is refused, and what clocks that are put forward and back do to it.
import { describe, expect, it, test } from "vitest";
import { cronProblem, dayAround, dayIn, isTimeZone, newestWithin, nextAfter } from "../../src/policy/cron.ts";
import { parsePolicy } from "../../src/policy/parse.ts";

const fields = "must be five cron fields with a space between, such as `0 6 * * 1`";
const often = "comes more often than every 15 minutes";

describe("a cron", () => {
  it.each([
    ["* * * * * *", fields],
    ["0 0 6 * * 1", fields],
    ["@hourly", fields],
    ["0 6 ? * 1", fields],
    ["0  6 * * 1", fields],
    ["", fields],
    ["* * * * *", often],
    ["*/14 * * * *", often],
    ["0,50 * * * *", often],
    ["0,5 0 29 2 *", often],
    ["59,0 0,23 * * *", often],
    ["0 0 30 2 *", "never comes"],
    ["0 24 * * *", "cannot be read: Invalid value for hour: 24"],
  ])("%j is refused", (cron, problem) => {
    expect(cronProblem(cron)).toBe(problem);
  });

  it.each(["*/15 * * * *", "0 6 * * 1", "0 6 * * MON-FRI", "0 0 29 2 *", "0 23,0 * * *", "0 0 L * *", "0 9 * * 1#2"])(
    "%j is taken",
    (cron) => {
      expect(cronProblem(cron)).toBe(null);
    },
  );

  it("is told with its line, its time zone too", () => {
    const policy = (more: string) => `schedules:\n  - name: tidy\n    title: Tidy\n    body: Up.\n    ${more}\n`;
    const said = (more: string) => {
      const parsed = parsePolicy(policy(more));
      return parsed.ok ? "accepted" : parsed.message;
    };
    expect(said('cron: "* * * * *"')).toBe(`line 5: \`schedules.0.cron\` ${often}`);
    expect(said('cron: "0 6 * * 1"\n    time_zone: Mars/Base')).toBe(
      "line 6: `schedules.0.time_zone` is no time zone, such as `Europe/Berlin` or `UTC`",
    );
    expect(said('cron: "0 6 * * 1"\n    max_runs: -1')).toContain("line 6: ");
    expect(said('cron: "0 6 * * 1"\n  - name: tidy\n    title: T\n    body: B\n    cron: "0 6 * * 1"')).toBe(
      "line 2: `schedules` names tidy twice",
    );
    expect(said('cron: "0 6 * * 1"\n    stop_after: 2')).toBe("accepted");
  });
});

/** So many times in a row in Berlin, where the clock was put forward on 29 March and back on 25 October 2026. */
function times(cron: string, from: string, count: number): (string | null)[] {
  const found: (string | null)[] = [];
  for (let at = Date.parse(from); found.length < count; ) {
    const next = nextAfter({ cron, time_zone: "Europe/Berlin" }, at);
    found.push(next === null ? null : new Date(next).toISOString().slice(5, 16));
    at = next ?? Number.POSITIVE_INFINITY;
  }
  return found;
}

test("a time that the clock leaves out comes when the gap ends, once", () => {
  expect(times("30 2 * * *", "2026-03-28T00:00Z", 3)).toEqual(["03-28T01:30", "03-29T01:00", "03-30T00:30"]);
  expect(times("0,30 2 * * *", "2026-03-28T20:00Z", 2)).toEqual(["03-29T01:00", "03-30T00:00"]);
});

test("a time that the clock shows twice comes once, and every hour stays every hour", () => {
  expect(times("30 2 * * *", "2026-10-24T12:00Z", 2)).toEqual(["10-25T00:30", "10-26T01:30"]);
  expect(times("30 * * * *", "2026-10-24T23:00Z", 3)).toEqual(["10-24T23:30", "10-25T00:30", "10-25T01:30"]);
});

test("of all that were missed the newest counts, and none that was dealt with", () => {
  const when = { cron: "0 6 * * 1", time_zone: "UTC" };
  const at = (day: string) => Date.parse(`2026-${day}Z`);
  expect(newestWithin(when, at("01-05T06:00"), at("02-01T00:00"))).toBe(at("01-26T06:00"));
  expect(newestWithin(when, at("01-05T06:00"), at("01-12T05:59"))).toBe(null);
  expect(newestWithin(when, at("01-05T05:59"), at("01-05T06:00"))).toBe(at("01-05T06:00"));
  expect(newestWithin(when, at("01-12T06:00"), at("01-05T06:00"))).toBe(null); // the clock was put back
});

test("names of time zones, and the day in one", () => {
  expect(["UTC", "Europe/Berlin", "Etc/GMT+5", "+02:00", "Mars/Base", ""].map(isTimeZone)).toEqual([
    ...[true, true, true, false, false, false],
  ]);
  expect(dayIn("Pacific/Auckland", Date.parse("2026-01-05T20:00Z"))).toBe("2026-01-06");
});

test.each([
  ["Europe/Berlin", "2026-03-29T10:00Z", 23],
  ["Europe/Berlin", "2026-10-25T10:00Z", 25],
  ["America/New_York", "2026-03-08T12:00Z", 23],
  ["America/Santiago", "2026-09-06T12:00Z", 23], // where midnight itself is left out
  ["America/Havana", "2026-11-01T12:00Z", 25], // and where it is shown twice
  ["Asia/Kathmandu", "2026-06-01T12:00Z", 24],
  ["UTC", "2026-06-01T00:00Z", 24],
])("a day in %s on %s has %i hours", (zone, at, hours) => {
  const { from, until } = dayAround(zone, Date.parse(at));
  expect((until - from) / 3_600_000).toBe(hours);
});

test("days follow each other without a gap in every time zone, through a whole year", () => {
  for (const zone of ["UTC", ...Intl.supportedValuesOf("timeZone")]) {
    let at = Date.parse("2026-01-01T12:00Z");
    for (let days = 0; days < 370; days += 1) {
      const { from, until } = dayAround(zone, at);
      const named = [from - 1, from, at, until - 1, until].map((one) => dayIn(zone, one));
      if (named[0] === named[1] || named[1] !== named[2] || named[2] !== named[3] || named[3] === named[4])
        expect.fail(`${zone} at ${new Date(at).toISOString()}: ${named.join(" ")}`);
      at = until;
    }
  }
});

test("the day asked for last is not taken for its neighbours, nor for that of another time zone", () => {
  const noon = Date.parse("2026-03-29T10:00Z");
  const berlin = dayAround("Europe/Berlin", noon);
  expect(dayAround("Europe/Berlin", berlin.until - 1)).toEqual(berlin);
  expect(dayAround("Europe/Berlin", berlin.until).from).toBe(berlin.until);
  expect(dayAround("Europe/Berlin", berlin.from - 1).until).toBe(berlin.from);
  expect(dayAround("UTC", noon).from).toBe(Date.parse("2026-03-29"));
});
