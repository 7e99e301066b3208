// Downloads from a store that stalls now and then, in simulated time; tells its parent how long 99 of 100 take.
import { mock } from "node:test";
import { stopClock } from "../clock.ts";
import { stalls } from "../source/stalls.ts";

process.send?.(await stalls(stopClock({ mock })));
process.disconnect?.();
