// Who counts as an author: whoever pushed, and whom others than the App name (T21).
import { describe, expect, it } from "vitest";
import { authorsOf } from "../../src/verify/authors.ts";
import type { CommitFact, PushFact } from "../../src/verify/facts.ts";

const app = { id: 90, login: "loopgate[bot]", bot: true };
const [bob, dave, erin] = [2, 4, 5];

const ours = (after: string): PushFact => ({ after, by: app, ours: true });
const theirs = (after: string, id: number): PushFact => ({
  after,
  by: { id, login: `p${id}`, bot: false },
  ours: false,
});
const commit = (sha: string, parents: string[], ...people: number[]): CommitFact => ({ sha, parents, people });

function authors(pushes: PushFact[], ...commits: CommitFact[]) {
  const { ids, unknown } = authorsOf({ pushes, commits });
  return { ids: [...ids].toSorted(), unknown };
}

describe("the authors of a pull request", () => {
  it("are none where only the App pushed, whatever an agent wrote into its commits", () => {
    expect(authors([ours("b")], commit("a", ["base"], bob), commit("b", ["a"], bob))).toEqual({ ids: [], unknown: 0 });
  });

  it("are whoever pushed, whatever the commit says, and whom that commit names", () => {
    const pushes = [ours("a"), theirs("b", dave)];
    expect(authors(pushes, commit("a", ["base"], bob), commit("b", ["a"]))).toEqual({ ids: [dave], unknown: 0 });
    expect(authors(pushes, commit("a", ["base"], bob), commit("b", ["a"], erin))).toEqual({
      ids: [dave, erin],
      unknown: 0,
    });
  });

  it("stay authors when the App pushes on top, or their commit is gone again", () => {
    const pushes = [ours("a"), theirs("b", dave), ours("c")];
    const chain = [commit("a", ["base"]), commit("b", ["a"], erin), commit("c", ["b"], bob)];
    expect(authors(pushes, ...chain)).toEqual({ ids: [dave, erin], unknown: 0 });
    expect(authors([ours("a"), theirs("b", dave), ours("a")], commit("a", ["base"], bob))).toEqual({
      ids: [dave],
      unknown: 0,
    });
  });

  it("are followed through merges of the base, whose own commits are no part of it", () => {
    const pushes = [ours("a"), theirs("m", dave)];
    expect(authors(pushes, commit("a", ["base"], bob), commit("m", ["a", "main2"]))).toEqual({
      ids: [dave],
      unknown: 0,
    });
  });

  it.each<[string, PushFact[], CommitFact[], number]>([
    [
      "an account that is gone",
      [ours("a"), { after: "b", by: null, ours: false }],
      [commit("a", []), commit("b", ["a"])],
      1,
    ],
    [
      "another App",
      [ours("a"), { after: "b", by: { ...app, id: 91 }, ours: false }],
      [commit("a", []), commit("b", ["a"])],
      1,
    ],
    ["no push that GitHub tells of", [ours("a")], [commit("a", []), commit("b", ["a"]), commit("c", ["b"])], 2],
    ["nobody, where there is no activity at all", [], [commit("a", [])], 1],
  ])("are unknown where a commit came by %s", (_, pushes, commits, unknown) => {
    expect(authors(pushes, ...commits)).toEqual({ ids: [], unknown });
  });

  it("count whom an unexplained commit names, too", () => {
    expect(authors([ours("a")], commit("a", [], bob), commit("b", ["a"], erin))).toEqual({ ids: [erin], unknown: 1 });
  });
});
