import type { Config } from "../config/variables.ts";
import { amount, integer } from "../contract/args.ts";
import { megapixels, type Size } from "../contract/canvas.ts";
import { type OptionValues, option } from "../contract/option.ts";
import { settled } from "../contract/step.ts";
import { InvalidSource } from "../errors.ts";
import type { Format } from "../formats.ts";

const allowed = "Heard where IMGPROXY_ALLOW_SECURITY_OPTIONS is on.";

export const maxSrcResolution = option({
  name: "max_src_resolution",
  aliases: ["msr"],
  security: true,
  doc: `Megapixels a source may hold, in place of IMGPROXY_MAX_SRC_RESOLUTION; no more than the function could hold. ${allowed}`,
  example: "msr:16.8",
  arg: amount("megapixels", 1000),
});

export const maxSrcFileSize = option({
  name: "max_src_file_size",
  aliases: ["msfs"],
  security: true,
  doc: `Bytes a source may have, in place of IMGPROXY_MAX_SRC_FILE_SIZE; 0 is no limit. ${allowed}`,
  example: "msfs:1000000",
  // imgproxy reads negative ones too, and no source is so small.
  arg: integer("bytes", -Infinity, Infinity),
});

export const maxAnimationFrames = option({
  name: "max_animation_frames",
  aliases: ["maf"],
  security: true,
  doc: `Frames of an animation that are drawn, in place of IMGPROXY_MAX_ANIMATION_FRAMES; 1 makes it a still. ${allowed}`,
  example: "maf:100",
  arg: integer("frames", 1, Infinity),
});

export const maxAnimationFrameResolution = option({
  name: "max_animation_frame_resolution",
  aliases: ["mafr"],
  security: true,
  doc: `Megapixels a frame of an animation may hold, in place of IMGPROXY_MAX_ANIMATION_FRAME_RESOLUTION; 0 holds all frames together to the limit of sources. ${allowed}`,
  example: "mafr:4",
  arg: amount("megapixels", 1000),
});

export const maxResultDimension = option({
  name: "max_result_dimension",
  aliases: ["mrd"],
  security: true,
  doc: `px that no side of the answer is longer than, in place of IMGPROXY_MAX_RESULT_DIMENSION; 0 is no limit. ${allowed}`,
  example: "mrd:2000",
  // As in imgproxy, a negative one is none.
  arg: integer("px", -Infinity, Infinity),
});

/** What a source, and what is made of it, may be at most. */
export interface Limits {
  /** Megapixels; of all its frames together, if nothing is said of one. */
  readonly maxSrcResolution: number;
  /** bytes, packed or unpacked. */
  readonly maxSrcFileSize: number;
  /** Frames that are drawn of an animation; 1 makes it a still. */
  readonly maxAnimationFrames: number;
  /** Megapixels of one frame of an animation; 0 holds all of them to `maxSrcResolution`. */
  readonly maxAnimationFrameResolution: number;
  /** px; larger results are scaled down to it. */
  readonly maxResultDimension: number;
  /** Formats of which the libraries' own limits do not hold. */
  readonly unlimited: readonly Format[];
  /** bytes that drawing may hold at once. */
  readonly memory: number;
}

/** Parts of the function's memory: what a source may take, and what drawing it may; the rest is the runtime's. */
const [SOURCE_SHARE, DRAWING_SHARE] = [0.15, 0.6];
/** bytes; no source is larger, whatever the function's memory. */
const MAX_SOURCE_BYTES = 256 * 2 ** 20;
/** Of what a URL may have unpacked: 8 bits for each of red, green, blue and alpha. */
const BYTES_PER_PIXEL = 4;

const limiting = {
  maxSrcResolution,
  maxSrcFileSize,
  maxAnimationFrames,
  maxAnimationFrameResolution,
  maxResultDimension,
} as const;

const unlimitedIn = ({
  pngUnlimited,
  svgUnlimited,
  tiffUnlimited,
}: Omit<Config, "memorySize">): readonly Format[] => [
  ...(pngUnlimited ? (["png"] as const) : []),
  ...(svgUnlimited ? (["svg"] as const) : []),
  ...(tiffUnlimited ? (["tiff"] as const) : []),
];

/** The limits of one request. Whatever its options say, none is above what the function can hold. */
export function limitsOf({ memorySize, ...config }: Config, options: OptionValues = {}): Limits {
  const asked = settled(limiting, options);
  const bytes = memorySize * 2 ** 20;
  const memory = Math.floor(bytes * DRAWING_SHARE);
  const held = Math.max(config.maxSrcResolution, memory / BYTES_PER_PIXEL / 1e6);
  const dimension = asked.maxResultDimension ?? config.maxResultDimension;
  return {
    maxSrcResolution: Math.min(asked.maxSrcResolution ?? config.maxSrcResolution, held),
    maxSrcFileSize: Math.min(
      (asked.maxSrcFileSize ?? config.maxSrcFileSize) || Infinity,
      MAX_SOURCE_BYTES,
      Math.floor(bytes * SOURCE_SHARE),
    ),
    maxAnimationFrames: asked.maxAnimationFrames ?? config.maxAnimationFrames,
    maxAnimationFrameResolution: Math.min(
      asked.maxAnimationFrameResolution ?? config.maxAnimationFrameResolution,
      held,
    ),
    maxResultDimension: dimension > 0 ? dimension : Infinity,
    unlimited: unlimitedIn(config),
    memory,
  };
}

/** Throws `InvalidSource` when the frames of a source that are to be drawn, 1 of a still, have more pixels than they may. */
export function assertResolution(frame: Size, frames: number, limits: Limits): void {
  const { maxSrcResolution, maxAnimationFrameResolution } = limits;
  const byFrame = frames > 1 && maxAnimationFrameResolution > 0;
  const most = byFrame ? maxAnimationFrameResolution : maxSrcResolution;
  if (megapixels(frame) * (byFrame ? 1 : frames) <= most) return;
  const count = frames > 1 ? `, ${frames} frames` : "";
  throw new InvalidSource(`${frame.width}x${frame.height}${count}: ${most} megapixels at most`);
}
