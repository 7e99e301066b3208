import { type Config, readConfig } from "../../lambda/config/variables.ts";

/** What the page is told of a deployment: whoever reaches it reads this. */
export interface PageSettings {
  /** The language and the limits; what is not told is as it is by default. */
  readonly config: Config;
  /** URLs are signed: whoever wants to try something brings the key. */
  readonly signed: boolean;
}

/** Settings that the page works with. Among them are no keys, no words that are trusted in their place, and no places pictures lie in. */
const told: readonly (keyof Config)[] = [
  "pathPrefix",
  "signatureSize",
  "argumentsSeparator",
  "presets",
  "presetsSeparator",
  "presetsFile",
  "onlyPresets",
  "allowedOptions",
  "allowSecurityOptions",
  "base64UrlIncludesFilename",
  "sourceQuerySeparator",
  "maxSrcResolution",
  "maxSrcFileSize",
  "maxAnimationFrames",
  "maxAnimationFrameResolution",
  "maxResultDimension",
  "pngUnlimited",
  "svgUnlimited",
  "tiffUnlimited",
  "quality",
  "formatQuality",
  "preferredFormats",
  "autoWebp",
  "autoAvif",
  "autoJxl",
  "enforceWebp",
  "enforceAvif",
  "enforceJxl",
  "jpegProgressive",
  "pngInterlaced",
  "pngQuantize",
  "pngQuantizationColors",
  "webpEffort",
  "webpPreset",
  "avifSpeed",
  "jxlEffort",
  "skipProcessingFormats",
  "alwaysRasterizeSvg",
  "stripMetadata",
  "keepCopyright",
  "stripColorProfile",
  "preserveHdr",
  "enforceThumbnail",
  "useLinearColorspace",
  "disableShrinkOnLoad",
  "autoRotate",
  "returnAttachment",
  "memorySize",
];

/** Of a deployment's configuration, what the page is told; `signed` is said beside it, for keys may lie elsewhere. */
export const pageSettings = (config: Config, signed: boolean): PageSettings => ({
  signed,
  config: { ...readConfig({}), ...Object.fromEntries(told.map((name) => [name, config[name]])) },
});
