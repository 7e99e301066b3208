import type { Config } from "../../lambda/config/variables.ts";

/** Seconds that an answer on its way takes to be in the cache of every edge, and clocks to agree. */
const MARGIN = 10;

/**
 * Seconds after a purge until no picture of the old source can come to light any more: nobody draws longer than `timeout`, in seconds, and what is in
 * a function's memory is not drawn from unasked for longer than the environment says.
 */
export const againAfter = (timeout: number, { recentSeconds }: Pick<Config, "recentSeconds">): number =>
  timeout + recentSeconds + MARGIN;
