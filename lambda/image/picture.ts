import type { Size } from "../contract/canvas.ts";
import type { Format } from "../formats.ts";

/** A finished picture. */
export interface Picture extends Size {
  readonly body: Uint8Array;
  readonly format: Format;
}

/** A picture, and what it was made of. */
export interface Made {
  readonly picture: Picture;
  /** The source as its file says, turned by EXIF `orientation` when seen. */
  readonly origin: Size & { readonly orientation: number };
  /** ms that making it again is predicted to take. */
  readonly cost: number;
  /** What was spared so that it fitted into the time. */
  readonly stepDown?: "effort" | "format";
}

/** The size a picture is seen at, turned by its EXIF `orientation`. */
export const upright = ({ width, height, orientation }: Size & { readonly orientation: number }): Size =>
  orientation > 4 ? { width: height, height: width } : { width, height };
