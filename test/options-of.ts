import { readConfig } from "../lambda/config/variables.ts";
import type { ImageInfo } from "../lambda/image/plan.ts";
import type { Options } from "../lambda/options/index.ts";
import { compileLanguage, readOption } from "../lambda/url/language.ts";

const language = compileLanguage(readConfig({}), 0);
const limiting = /^(mrd|max_result_dimension):/;

/** The options of a URL. The limit that imgproxy's tests set there is the environment's here: its option is not built yet. */
export function optionsOf(text: string): { readonly options: Options; readonly limit: string | undefined } {
  const segments = text.split("/").filter(Boolean);
  return {
    options: segments
      .filter((segment) => !limiting.test(segment))
      .reduce((soFar, segment) => readOption(segment, soFar, language), {}),
    limit: segments.find((segment) => limiting.test(segment))?.split(":")[1],
  };
}

/** A client that takes what it gets. */
export const noOffers = { auto: [], enforced: [], preferred: ["png"] } as const;

/** An opaque, upright JPEG. */
export const jpegOf = (width: number, height: number): ImageInfo => ({
  width,
  height,
  orientation: 1,
  alpha: false,
  grey: false,
  profile: false,
  paletteBits: 0,
  vector: false,
  format: "jpeg",
});
