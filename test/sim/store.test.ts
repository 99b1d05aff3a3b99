// The simulator's store keeps the same contract as the real ones: what is proven over it is proven over them.
import { storeContract } from "../store/contract.ts";
import type { Boundary } from "./boundary.ts";
import { emptyDisk, memoryStore } from "./store.ts";

/** A life in which no call goes wrong. */
const smooth: Boundary = {
  alive: true,
  local: async (_name, act) => act(),
  remote: async (_site, _name, act) => act(),
  kill: () => {},
};

storeContract("the simulator's memory", async () => {
  const disk = emptyDisk();
  return {
    open: async () => {
      disk.epoch += 1; // as each life of the simulated process begins
      return memoryStore(disk, smooth, {
        onCommit: () => {},
        onEffectStarted: () => {},
        onEffectDone: () => {},
        onDayAsked: () => {},
        onAllPaused: () => {},
      });
    },
    remove: async () => {},
  };
});
