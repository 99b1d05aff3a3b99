// Each action that an ending of this kind names, performed.
import { outside } from "./outside.ts";
import { tellAll } from "./way.ts";

tellAll(outside);
