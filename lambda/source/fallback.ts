import type { Deadline } from "../deadline.ts";
import {
  Failure,
  InvalidSource,
  SourceIncomplete,
  SourceNotAllowed,
  SourceTimeout,
  SourceUnreachable,
} from "../errors.ts";
import type { Services } from "../services.ts";
import type { ImageRequest } from "../url/parse.ts";
import { fetchStanding, STANDING_SHARE } from "./standing.ts";

/** A picture in place of a source that could not be had. */
export interface Fallback {
  readonly bytes: Uint8Array;
  /** Why it could not. */
  readonly failure: Failure;
}

/** Tells it from a source, or from what is not modified. */
export const isFallback = (source: object): source is Fallback => "failure" in source;

/**
 * The configured fallback image for a source that failed like this: it was not to be reached, not in time, not allowed, not whole, no
 * picture or too large. Rejects with the failure where none is configured, or none can be had.
 */
export async function fetchFallback(
  error: unknown,
  { limits }: Pick<ImageRequest, "limits">,
  services: Services,
  deadline: Deadline,
): Promise<Fallback> {
  const { fallbackData, fallbackFile, fallbackUrl } = services.config;
  const replaced = [SourceUnreachable, SourceTimeout, SourceNotAllowed, InvalidSource, SourceIncomplete];
  if (!(error instanceof Failure) || !replaced.some((kind) => error instanceof kind)) throw error;
  const here = fallbackData ?? fallbackFile;
  if (!here && fallbackUrl === "") throw error;
  services.log.note({ fallback: error.message });
  if (here) return { bytes: here, failure: error };
  const own = { ...limits, maxSrcFileSize: limits.memory * STANDING_SHARE };
  try {
    return { bytes: await fetchStanding(fallbackUrl, own, services, deadline, () => {}), failure: error };
  } catch (cause) {
    services.log.note({ fallbackError: `${cause}` });
    throw error;
  }
}
