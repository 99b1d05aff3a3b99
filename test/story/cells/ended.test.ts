// Each action that an ending of this kind names, performed.
import { ended } from "./ended.ts";
import { tellAll } from "./way.ts";

tellAll(ended);
