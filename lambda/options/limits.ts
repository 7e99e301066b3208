import type { Config } from "../config/variables.ts";

/** What a source, and what is made of it, may be at most. */
export interface Limits {
  /** Megapixels. */
  readonly maxSrcResolution: number;
  /** bytes; 0 is no limit of the operator's. */
  readonly maxSrcFileSize: number;
  /** px; larger results are scaled down to it. */
  readonly maxResultDimension: number;
}

/** The limits of one request. */
export const limitsOf = ({ maxSrcResolution, maxSrcFileSize, maxResultDimension }: Config): Limits => ({
  maxSrcResolution,
  maxSrcFileSize,
  maxResultDimension: maxResultDimension || Infinity,
});
