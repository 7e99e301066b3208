import type { Config } from "../config/variables.ts";
import type { Deadline } from "../deadline.ts";
import { BrokenSource, Failure, InvalidSource, InvalidWatermark, WatermarkUnavailable } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Limits } from "../options/limits.ts";
import { wantsWatermark } from "../options/watermark.ts";
import type { Services } from "../services.ts";
import type { ImageRequest } from "../url/parse.ts";
import type { Source } from "./download.ts";
import { fetchSource } from "./fetch.ts";
import { isUnmodified } from "./unmodified.ts";

/** ms for which a downloaded watermark is taken for what still lies at its URL. */
const FRESH_FOR = 300_000;
/** The part of the memory for drawing that its file may take: it stays there. */
const SHARE = 0.03;

/** A watermark that was downloaded, and when: ms of the monotonic clock. */
interface Kept {
  readonly source: Source;
  readonly at: number;
}

/** One for each environment; a process has one. */
const kept = new WeakMap<Config, Kept>();

/**
 * The configured watermark's file; `undefined` where none is configured, or none is asked for. A download is kept, and goes on
 * when it cannot be looked at again. Throws `WatermarkUnavailable` when there is none to be had, `InvalidWatermark` when it is no picture.
 */
export async function fetchWatermark(
  { options, limits }: Pick<ImageRequest, "options" | "limits">,
  services: Services,
  deadline: Deadline,
): Promise<Uint8Array | undefined> {
  const { config } = services;
  if (!wantsWatermark(options)) return undefined;
  const { watermarkData, watermarkFile } = config;
  if (watermarkData ?? watermarkFile) return watermarkData ?? watermarkFile;
  try {
    return config.watermarkUrl ? await download(config.watermarkUrl, limits, services, deadline) : undefined;
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    const Kind = none.some((kind) => cause instanceof kind) ? InvalidWatermark : WatermarkUnavailable;
    throw new Kind(`watermark: ${cause.message}`, { cause });
  }
}

/** What is told of bytes that are no picture, or too many. */
const none = [InvalidSource, BrokenSource] as const;

async function download(
  url: string,
  limits: Limits,
  services: Services,
  deadline: Deadline,
): Promise<Uint8Array> {
  const { config, log } = services;
  const known = kept.get(config);
  if (known && performance.now() - known.at < FRESH_FOR) return known.source.bytes;
  const request = {
    source: url,
    conditions: known?.source.etag ? { ifNoneMatch: known.source.etag } : {},
    limits: { ...limits, maxSrcFileSize: Math.min(limits.maxSrcFileSize, limits.memory * SHARE) },
  };
  const began = performance.now();
  try {
    const fetched = await fetchSource(request, { ...services, log: silent }, deadline);
    const source = isUnmodified(fetched) ? known?.source : fetched;
    if (!source) throw new WatermarkUnavailable(`${url}: not modified, which nobody asked`);
    kept.set(config, { source, at: performance.now() });
    return source.bytes;
  } catch (error) {
    if (!known || !(error instanceof Failure)) throw error;
    log.note({ watermarkError: error.message });
    return known.source.bytes;
  } finally {
    log.note({ watermarkMs: performance.now() - began });
  }
}

/** What is noted of a download is the source's. */
const silent: Log = { note() {} };
