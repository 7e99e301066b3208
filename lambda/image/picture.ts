import type { Size } from "../contract/canvas.ts";
import type { Format } from "../formats.ts";

/** A finished picture. */
export interface Picture extends Size {
  readonly body: Uint8Array;
  readonly format: Format;
}

/** The size a picture is seen at, turned by its EXIF `orientation`. */
export const upright = ({ width, height, orientation }: Size & { readonly orientation: number }): Size =>
  orientation > 4 ? { width: height, height: width } : { width, height };
