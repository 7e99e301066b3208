import type { Size } from "../contract/canvas.ts";
import type { Format } from "../formats.ts";

/** A finished picture. */
export interface Picture extends Size {
  readonly body: Uint8Array;
  readonly format: Format;
}
