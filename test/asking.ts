import { readConfig } from "../lambda/config/variables.ts";
import type { SourceFacts } from "../lambda/image/plan.ts";
import type { Options } from "../lambda/options/index.ts";
import { language, readOption } from "../lambda/url/language.ts";

const words = language(readConfig({}), 0);
const limiting = /^(mrd|max_result_dimension):/;

/** What the options of a URL ask for. The limit that imgproxy's tests set there is the environment's here: its option is not built yet. */
export function asking(options: string): { readonly asked: Options; readonly limit: string | undefined } {
  const segments = options.split("/").filter(Boolean);
  return {
    asked: segments
      .filter((segment) => !limiting.test(segment))
      .reduce((soFar, segment) => readOption(segment, soFar, words), {}),
    limit: segments.find((segment) => limiting.test(segment))?.split(":")[1],
  };
}

/** A client that takes what it gets. */
export const noOffers = { auto: [], enforced: [], preferred: ["png"] } as const;

/** An opaque, upright JPEG. */
export const jpegOf = (width: number, height: number): SourceFacts => ({
  width,
  height,
  orientation: 1,
  alpha: false,
  grey: false,
  vector: false,
  format: "jpeg",
});
