// Attacks from inside real containers: each fails as intended, and each is seen to work where its guard is taken away.
import type { Engine } from "../../src/container/engine.ts";
import { describeWithDocker } from "./engine.ts";
import { answerAttacks } from "./escape/answers.ts";
import { removeArenas } from "./escape/arena.ts";
import { doorAttacks } from "./escape/doors.ts";
import { gatewayAttacks } from "./escape/gateway.ts";
import { hostileGitAttacks } from "./escape/hostile-git.ts";
import { kernelAttacks } from "./escape/kernel.ts";
import { limitAttacks } from "./escape/limits.ts";
import { networkAttacks } from "./escape/network.ts";
import { secretAttacks } from "./escape/secrets.ts";

describeWithDocker("a hostile agent", (engine: () => Engine) => {
  removeArenas();
  networkAttacks(engine);
  hostileGitAttacks(engine);
  kernelAttacks(engine);
  limitAttacks(engine);
  gatewayAttacks(engine);
  doorAttacks(engine);
  answerAttacks(engine);
  secretAttacks(engine);
});
