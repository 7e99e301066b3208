import type { Option, ValueOf } from "../contract/option.ts";
import type { OutputPart } from "../contract/output-part.ts";
import type { Step } from "../contract/step.ts";
import { background, flattenStep } from "./background.ts";
import { blur, blurStep } from "./blur.ts";
import { crop, cropStep } from "./crop.ts";
import { cachebuster, expires, filename, raw, returnAttachment } from "./delivery.ts";
import { encodersOutput } from "./encoders.ts";
import { extend, extendAspectRatio, extendAspectStep, extendStep } from "./extend.ts";
import { format, formatStep, limitStep } from "./format.ts";
import { gravity } from "./gravity.ts";
import { layoutStep } from "./layout.ts";
import {
  maxAnimationFrameResolution,
  maxAnimationFrames,
  maxResultDimension,
  maxSrcFileSize,
  maxSrcResolution,
} from "./limits.ts";
import { keepCopyright, metadataOutput, stripMetadata } from "./metadata.ts";
import { autoRotate, flip, mirrorStep, rotate, turnStep } from "./orient.ts";
import { padding, padStep } from "./padding.ts";
import { pixelate, pixelateStep } from "./pixelate.ts";
import { preset } from "./preset.ts";
import {
  enforceThumbnail,
  lostProfileStep,
  preserveHdr,
  profileOutput,
  profileStep,
  stripColorProfile,
} from "./profile.ts";
import { formatQuality, maxBytes, quality, qualityOutput } from "./quality.ts";
import {
  dpr,
  enlarge,
  height,
  minHeight,
  minWidth,
  resize,
  resizingType,
  size,
  width,
  zoom,
} from "./resize.ts";
import { decodeStep, resultCropStep, scaleStep } from "./scale.ts";
import { sharpen, sharpenStep } from "./sharpen.ts";
import { skipProcessing } from "./skip-processing.ts";
import { trim } from "./trim.ts";
import { watermark, watermarkStep } from "./watermark.ts";

/** The URL language, in the order the docs tell it. */
export const options = [
  resize,
  size,
  resizingType,
  width,
  height,
  minWidth,
  minHeight,
  zoom,
  dpr,
  enlarge,
  extend,
  extendAspectRatio,
  gravity,
  crop,
  trim,
  padding,
  autoRotate,
  rotate,
  flip,
  background,
  blur,
  sharpen,
  pixelate,
  watermark,
  quality,
  formatQuality,
  format,
  maxBytes,
  stripMetadata,
  skipProcessing,
  keepCopyright,
  stripColorProfile,
  preserveHdr,
  enforceThumbnail,
  preset,
  cachebuster,
  expires,
  filename,
  returnAttachment,
  raw,
  maxSrcResolution,
  maxSrcFileSize,
  maxAnimationFrames,
  maxAnimationFrameResolution,
  maxResultDimension,
] as const satisfies readonly Option[];

/** The picture, in the order it is drawn. */
export const steps = [
  layoutStep,
  decodeStep,
  cropStep,
  scaleStep,
  mirrorStep,
  turnStep,
  resultCropStep,
  blurStep,
  sharpenStep,
  profileStep,
  pixelateStep,
  extendStep,
  extendAspectStep,
  padStep,
  formatStep,
  lostProfileStep,
  limitStep,
  flattenStep,
  watermarkStep,
] as const satisfies readonly Step[];

/** What the answer's file is to be, beside its format. */
export const outputs = [
  qualityOutput,
  metadataOutput,
  profileOutput,
  encodersOutput,
] as const satisfies readonly OutputPart[];

/** What a caller may ask for: every option by name. */
export type Options = { readonly [O in (typeof options)[number] as O["name"]]?: ValueOf<O> };

/** Both lists, for whoever treats all alike. */
export const everyOption: readonly Option[] = options;
export const everyStep: readonly Step[] = steps;

/** Every option under each of its names. */
export const optionsByName: ReadonlyMap<string, Option> = new Map(
  everyOption.flatMap((option) =>
    [option.name, ...(option.aliases ?? [])].map((name) => [name, option] as const),
  ),
);
