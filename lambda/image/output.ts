import type { Config } from "../config/variables.ts";
import type { Animation } from "../contract/canvas.ts";
import type { Ends, Together } from "../contract/output-part.ts";
import type { Format } from "../formats.ts";
import { type Options, outputs } from "../options/index.ts";

/** How the finished picture is written. */
export type Output = Together<typeof outputs> & {
  readonly format: Format;
  /** Has no colours, and is written so. */
  readonly grey: boolean;
  /** Of several frames, how they are shown. */
  readonly animation: Animation | undefined;
};

/** What was asked of the answer's file, settled with the environment. */
export const outputOf = (options: Options, ends: Ends, config: Config): Output => ({
  format: ends.canvas.format,
  grey: ends.canvas.grey,
  animation: ends.canvas.animation,
  ...together(options, ends, config),
});

const together = (options: Options, ends: Ends, config: Config): Together<typeof outputs> =>
  Object.assign({}, ...outputs.map((part) => part.settle(options, ends, config)));

/** What colours are, as sharp calls it. */
export type Space = "srgb" | "rgb16" | "b-w" | "grey16";

/** What the colours of the file are. */
export function spaceOf({ grey, deep }: Pick<Output, "grey" | "deep">): Space {
  if (grey) return deep ? "grey16" : "b-w";
  return deep ? "rgb16" : "srgb";
}

/** The file may tell what its source told: then the finished pixels are held with it. */
export const isTold = ({ metadata, keepsProfile }: Output): boolean => metadata === "all" || keepsProfile;

/** The finished pixels are held: they are looked at more than once, or are to forget which way up the source was. */
export const isHeld = ({ maxBytes, losesOrientation }: Output): boolean => maxBytes > 0 || losesOrientation;
