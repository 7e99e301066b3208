import type { ObjectMetadata } from "../store/store.ts";
import type { RequestContext } from "./answers.ts";

/** Seconds a derivative may lie in its bucket. What holds for less is drawn again instead: S3 would serve it after that. */
const KEPT_AT_MOST = 31_536_000;

/**
 * Whether what is made of a source may be kept for later requests. Not when its Cache-Control says `no-store` or `private`, nor, where
 * it is passed on, when it holds for less time than a derivative may lie there.
 */
export function mayBeKept({ cacheControl = "", expires }: ObjectMetadata, context: RequestContext): boolean {
  const directives = cacheControl.toLowerCase();
  if (/\b(no-store|private)\b/.test(directives)) return false;
  if (!context.config.cacheControlPassthrough) return true;
  if (/\bno-cache\b/.test(directives)) return false;
  const [, age] =
    /\bs-maxage\s*=\s*"?(\d+)/.exec(directives) ?? /\bmax-age\s*=\s*"?(\d+)/.exec(directives) ?? [];
  if (age !== undefined) return Number(age) >= KEPT_AT_MOST;
  const until = Date.parse(expires ?? "");
  return Number.isNaN(until) || until - context.now >= KEPT_AT_MOST * 1000;
}
