// Each action that an ending by a limit names, performed.
import { limits } from "./limits.ts";
import { tellAll } from "./way.ts";

tellAll(limits);
