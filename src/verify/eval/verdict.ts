// The verdict of `loopgate verify` as a loop takes it: for a loop that nobody but the policy's own checks judges.
import type { Finding, Verdict, VerdictPart } from "../../loop/state.ts";
import type { Checked, Colour } from "../checked.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { judgeKnockOut, seenOfKnockOut } from "../knock-out/knock-out.ts";
import { seenOf } from "../own-check.ts";

const colours: Readonly<Record<Checked["colour"], Verdict["colour"]>> = {
  green: "green",
  red: "red",
  no_evidence: "pending",
};

/** What is red briefs the next attempt, in the words that a loop's own checks have. */
export function verdictOfChecked(head: string, risks: readonly Finding[], checked: Checked): Verdict {
  const policy =
    risks.length === 0 ? [] : [part("policy", checked.policy.name, "red", risks.map(({ title }) => title).join("; "))];
  const seen = checked.checks.map(({ name, colour, facts }) => {
    const { state } = facts.head;
    const shown = seenOf(name, { ...facts.head, state: state === "lost" ? "no_evidence" : state }, noLimit);
    return { colour, shown, part: part("check", name, colour, shown.note) };
  });
  const { knockOut: tried } = checked;
  const knockOut = tried === null ? null : judgeKnockOut(seenOfKnockOut(tried), tried.notHeld);
  const findings = [
    ...risks,
    ...seen.flatMap(({ colour, shown }) => (colour === "red" ? shown.findings : [])),
    ...(knockOut?.findings ?? []),
  ];
  return {
    head,
    colour: colours[checked.colour],
    parts: [...policy, ...seen.map((one) => one.part), ...(knockOut === null ? [] : [knockOut.part])],
    findings,
    fingerprint: fingerprintOf(findings),
  };
}

/** What ended it stands in its note. */
const noLimit = { limit: null, lateMs: null } as const;

function part(source: VerdictPart["source"], name: string, colour: Colour, note: string): VerdictPart {
  const shared = { source, name, note, url: null };
  if (colour === "no_evidence") return { ...shared, colour: "pending", final: true };
  if (colour === "red_on_base_too") return { ...shared, colour: "absent", onBase: true };
  return { ...shared, colour };
}
