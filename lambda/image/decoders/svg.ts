import { megapixels } from "../../contract/canvas.ts";
import { openApart } from "../apart.ts";
import { openedApart } from "./apart.ts";
import type { Decoder } from "./decoder.ts";
import { assertHarmless } from "./svg-guard.ts";

/** Pixels per inch at which an SVG has the size it says. */
const NATURAL_DENSITY = 72;

/**
 * Opens an SVG in a process that can be killed: a few hundred bytes of it can hold a renderer for minutes, or all memory.
 * Shapes have no pixels: one above the limit is drawn at the size that is allowed, which is its size from here on.
 */
export const openSvg: Decoder = async (bytes, _options, limits, deadline) => {
  await assertHarmless(bytes, limits);
  const unlimited = limits.unlimited.includes("svg");
  const open = (density: number) => openApart({ bytes, density, unlimited }, limits.memory, deadline);
  const natural = await open(NATURAL_DENSITY);
  const shrink = Math.sqrt(megapixels(natural) / limits.maxSrcResolution);
  // sharp draws at 1 pixel per inch at least; what is still too large then is refused.
  const density = Math.max(1, NATURAL_DENSITY / Math.max(1, shrink));
  const info = density === NATURAL_DENSITY ? natural : await open(density);
  return openedApart({ bytes, density, unlimited }, info);
};
