import type { Config } from "../config/variables.ts";
import type { Deadline } from "../deadline.ts";
import { Failure, SourceUnreachable } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Limits } from "../options/limits.ts";
import type { Services } from "../services.ts";
import type { Source } from "./download.ts";
import { fetchSource } from "./fetch.ts";
import { isUnmodified } from "./unmodified.ts";

/** ms for which a downloaded file is taken for what still lies at its URL. */
const FRESH_FOR = 300_000;

/** The part of the memory for drawing that such a file may take: it stays there. */
export const STANDING_SHARE = 0.03;

/** A file that was downloaded, and when: ms of the monotonic clock. */
interface Kept {
  readonly source: Source;
  readonly at: number;
}

/** By URL, for each environment; a process has one, and it names two. */
const kept = new WeakMap<Config, Map<string, Kept>>();

/**
 * A picture of the environment's own, a watermark or a fallback image. A download is kept, and goes on when it cannot be looked at
 * again; `missed` hears why. Throws as `fetchSource`.
 */
export async function fetchStanding(
  url: string,
  limits: Limits,
  services: Services,
  deadline: Deadline,
  missed: (message: string) => void,
): Promise<Uint8Array> {
  const files = kept.get(services.config) ?? new Map<string, Kept>();
  kept.set(services.config, files);
  const known = files.get(url);
  if (known && performance.now() - known.at < FRESH_FOR) return known.source.bytes;
  const conditions = known?.source.etag ? { ifNoneMatch: known.source.etag } : {};
  try {
    const fetched = await fetchSource(
      { source: url, conditions, limits, own: true },
      { ...services, log: silent },
      deadline,
    );
    const source = isUnmodified(fetched) ? known?.source : fetched;
    if (!source) throw new SourceUnreachable(`${url}: not modified, which nobody asked`);
    files.set(url, { source, at: performance.now() });
    return source.bytes;
  } catch (error) {
    if (!known || !(error instanceof Failure)) throw error;
    missed(error.message);
    return known.source.bytes;
  }
}

/** What is noted of a download is the source's. */
const silent: Log = { note() {} };
