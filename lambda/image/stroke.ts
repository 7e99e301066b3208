import type { Size } from "../contract/canvas.ts";
import type { Cut } from "../options/gravity.ts";

/** One stroke, planned: what will be drawn, as plain data. */
export interface Stroke {
  readonly step: string;
  readonly stroke: object;
  /** The picture afterwards, px. */
  readonly leaves: Size;
}

/** A cut whose place is found by looking at the pixels, so they must be there. */
export interface SmartStroke extends Stroke {
  readonly stroke: Cut & { readonly smart: true };
}

/** Tells those. */
export const isSmart = (stroke: Stroke): stroke is SmartStroke => "smart" in stroke.stroke;
