// Attacks from inside real containers: each fails as intended, and each is seen to work where its guard is taken away.
import { expect, test } from "vitest";
import type { Engine } from "../../src/container/docker/engine.ts";
import { describeWithDocker } from "./engine.ts";
import { answerAttacks } from "./escape/answers.ts";
import { removeArenas } from "./escape/arena.ts";
import { triedAttacks } from "./escape/attack.ts";
import { doorAttacks } from "./escape/doors.ts";
import { gatewayAttacks } from "./escape/gateway.ts";
import { hostileGitAttacks } from "./escape/hostile-git.ts";
import { imageAttacks } from "./escape/image.ts";
import { kernelAttacks } from "./escape/kernel.ts";
import { KINDS } from "./escape/kinds.ts";
import { limitAttacks } from "./escape/limits.ts";
import { networkAttacks } from "./escape/network.ts";
import { secretAttacks } from "./escape/secrets.ts";

describeWithDocker("a hostile agent", (engine: () => Engine) => {
  removeArenas();
  networkAttacks(engine);
  hostileGitAttacks(engine);
  kernelAttacks(engine);
  limitAttacks(engine);
  imageAttacks(engine);
  gatewayAttacks(engine);
  doorAttacks(engine);
  answerAttacks(engine);
  secretAttacks(engine);

  test.each(Object.entries(KINDS))("is tried with, and without a guard succeeds at: %s", (_, titles) => {
    expect(triedAttacks()).toEqual(expect.arrayContaining([...titles]));
  });

  test("bears the number of a threat or an invariant in every attack, and no two of at least 205 have one name", () => {
    const titles = triedAttacks();
    expect(titles.length).toBeGreaterThanOrEqual(205);
    expect(titles.filter((title) => !/^[TI]\d+: /.test(title))).toEqual([]);
    expect(new Set(titles).size).toBe(titles.length);
  });
});
