// Each action that an ending of this kind names, performed.
import { doubt } from "./doubt.ts";
import { tellAll } from "./way.ts";

tellAll(doubt);
