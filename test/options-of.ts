import { readConfig } from "../lambda/config/variables.ts";
import { type ImageInfo, plainInfo } from "../lambda/image/plan.ts";
import type { Options } from "../lambda/options/index.ts";
import { compileLanguage, readOption } from "../lambda/url/language.ts";

const language = compileLanguage(readConfig({ IMGPROXY_ALLOW_SECURITY_OPTIONS: "true" }), 0);

/** The options of a URL. */
export const optionsOf = (text: string): { readonly options: Options } => ({
  options: text
    .split("/")
    .filter(Boolean)
    .reduce((soFar, segment) => readOption(segment, soFar, language), {}),
});

/** A client that takes what it gets. */
export const noOffers = { auto: [], enforced: [], preferred: ["png"] } as const;

/** An opaque, upright JPEG. */
export const jpegOf = (width: number, height: number): ImageInfo => ({
  ...plainInfo,
  width,
  height,
  format: "jpeg",
});
