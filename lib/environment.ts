import { type Config, readConfig } from "../lambda/config/variables.ts";
import { compileLanguage } from "../lambda/url/language.ts";

/**
 * Every function's variables, in the cloud and on this machine.
 *
 * glibc gives every thread an arena of its own, and libvips' many threads never give them back.
 *
 * libuv's pool is larger than its 4 threads: one process serves one request, but a drawing that was given up may
 * still hold threads, and a look-up that waits for one makes the next request late.
 */
export const ownVariables = { MALLOC_ARENA_MAX: "2", UV_THREADPOOL_SIZE: "16" } as const;

/** Reads variables as the function will at its cold start. Throws one sentence when it would die of them; `now` is unix ms. */
export function readEnvironment(environment: Readonly<Record<string, string>>, now = Date.now()): Config {
  const config = readConfig(environment);
  compileLanguage(config, now);
  return config;
}
