import type { Deadline } from "../deadline.ts";
import { BrokenSource, Failure, InvalidSource, InvalidWatermark, WatermarkUnavailable } from "../errors.ts";
import type { Limits } from "../options/limits.ts";
import { wantsWatermark } from "../options/watermark.ts";
import type { Services } from "../services.ts";
import type { ImageRequest } from "../url/parse.ts";
import { fetchStanding, STANDING_SHARE } from "./standing.ts";

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
  const { log } = services;
  const began = performance.now();
  const bounded = {
    ...limits,
    maxSrcFileSize: Math.min(limits.maxSrcFileSize, limits.memory * STANDING_SHARE),
  };
  try {
    return await fetchStanding(url, bounded, services, deadline, (message) =>
      log.note({ watermarkError: message }),
    );
  } finally {
    log.note({ watermarkMs: performance.now() - began });
  }
}
