import { whyNothing } from "../lambda/config/other-variables.ts";
import { type Config, readConfig, variables } from "../lambda/config/variables.ts";
import { compileLanguage } from "../lambda/url/language.ts";
import { isOurs } from "./settings.ts";
import { didYouMean } from "./spelling.ts";

/**
 * Every function's variables, in the cloud and on this machine.
 *
 * glibc gives every thread an arena of its own, and libvips' many threads never give them back.
 *
 * libuv's pool is larger than its 4 threads: one process serves one request, but a drawing that was given up may
 * still hold threads, and a look-up that waits for one makes the next request late.
 */
export const ownVariables = { MALLOC_ARENA_MAX: "2", UV_THREADPOOL_SIZE: "16" } as const;

/** What the version of the function is called that answers. */
export const ALIAS = "live";

/** What the function is told, by the names of variables. */
export type Environment = Readonly<Record<string, string>>;

/** Reads variables as the function will at its cold start. Throws one sentence when it would die of them; `now` is unix ms. */
export function readEnvironment(environment: Environment, now = Date.now()): Config {
  const config = readConfig(environment);
  compileLanguage(config, now);
  assertFits({ ...longestBucket, ...environment });
  return config;
}

/** A sentence for every variable that looks like the function's and would change nothing: imgproxy's, with the reason, or nobody's. */
export function unknownVariables(environment: Environment): readonly string[] {
  const names = Object.values(variables).map(({ name }): string => name);
  const sentence = (name: string) => {
    const reason = whyNothing(name);
    if (reason !== undefined) return `${name}: changes nothing here: ${reason}`;
    return `${name}: not a variable we know, it changes nothing${didYouMean(name, names)}`;
  };
  return Object.keys(environment)
    .filter((name) => isOurs(name) && !names.includes(name))
    .map(sentence);
}

/** Stands for the bucket the stack makes, whose name nobody knows before. */
const longestBucket = { [variables.derivativesBucket.name]: "x".repeat(63) };

/** bytes all variables may have together, as JSON: that is what Lambda says it measured when it refuses more. */
const MAX_BYTES = 4096;

/** Throws one sentence that names the longest of these variables when Lambda would not take them beside its own. */
export function assertFits(environment: Environment): void {
  const bytes = Buffer.byteLength(JSON.stringify({ ...ownVariables, ...environment }));
  if (bytes <= MAX_BYTES) return;
  const [[longest] = [""]] = Object.entries(environment).toSorted(([, a], [, b]) => b.length - a.length);
  throw new Error(
    `${longest}: expected a shorter value, for Lambda takes ${MAX_BYTES} bytes of variables, got ${bytes} in all`,
  );
}
