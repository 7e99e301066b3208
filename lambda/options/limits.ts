import type { Config } from "../config/variables.ts";

/** What a source, and what is made of it, may be at most. */
export interface Limits {
  /** Megapixels. */
  readonly maxSrcResolution: number;
  /** bytes, packed or unpacked. */
  readonly maxSrcFileSize: number;
  /** px; larger results are scaled down to it. */
  readonly maxResultDimension: number;
  /** bytes that drawing may hold at once. */
  readonly memory: number;
}

/** Parts of the function's memory: what a source may take, and what drawing it may; the rest is the runtime's. */
const [SOURCE_SHARE, DRAWING_SHARE] = [0.15, 0.6];
/** bytes; no source is larger, whatever the function's memory. */
const MAX_SOURCE_BYTES = 256 * 2 ** 20;

/** The limits of one request. */
export function limitsOf({ memorySize, ...config }: Config): Limits {
  const memory = memorySize * 2 ** 20;
  const most = Math.min(MAX_SOURCE_BYTES, Math.floor(memory * SOURCE_SHARE));
  return {
    maxSrcResolution: config.maxSrcResolution,
    maxSrcFileSize: Math.min(config.maxSrcFileSize || Infinity, most),
    maxResultDimension: config.maxResultDimension || Infinity,
    memory: Math.floor(memory * DRAWING_SHARE),
  };
}
