import { megapixels } from "../../contract/canvas.ts";
import { InvalidSource } from "../../errors.ts";
import type { Limits } from "../../options/limits.ts";
import { openWithSharp } from "./sharp.ts";

/** What an SVG may hold at most: far more than drawings have, far less than holds a renderer for minutes. */
const most = {
  elements: 100_000,
  /** Elements in elements. */
  nesting: 250,
  /** Groups in groups that need a canvas of their own: transparent, masked, clipped, filtered. */
  layers: 16,
  /** Uses of a filter. */
  filters: 500,
  /** Characters of style sheets. */
  styles: 64 * 1024,
  /** Pictures in the picture. */
  rasters: 50,
} as const;

const needsLayer = /\b(opacity|mask|clip-path|filter|mix-blend-mode|isolation)\s*[=:]/;
const usesFilter = /\bfilter\s*[=:]/g;

/** Throws `InvalidSource` when an SVG is made to hold a renderer, or all memory. Looks at its text once. */
export async function assertHarmless(bytes: Uint8Array, limits: Limits): Promise<void> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  assertShape(text);
  await assertRasters(text, limits);
}

const atMost = (name: keyof typeof most, count: number) => {
  if (count > most[name]) throw new InvalidSource(`SVG: ${count} ${name} of at most ${most[name]}`);
};

function assertShape(text: string): void {
  const open: boolean[] = [];
  let [elements, layers, filters, styles] = [0, 0, 0, 0];
  for (const part of text.split("<").slice(1)) {
    const end = part.indexOf(">");
    const tag = end < 0 ? part : part.slice(0, end);
    if (tag.startsWith("!") || tag.startsWith("?")) continue;
    if (tag.startsWith("/")) {
      if (open.pop()) layers--;
      continue;
    }
    atMost("elements", ++elements);
    filters += tag.match(usesFilter)?.length ?? 0;
    atMost("filters", filters);
    if (/^([\w.-]+:)?style\b/.test(tag)) styles += part.length;
    atMost("styles", styles);
    if (tag.endsWith("/")) continue;
    const layer = needsLayer.test(tag);
    open.push(layer);
    if (layer) atMost("layers", ++layers);
    atMost("nesting", open.length);
  }
}

/** bytes of a raster in which its size stands. */
const HEADER = 64 * 1024;

/** All pictures in the picture together may hold what one source may. */
async function assertRasters(text: string, { maxSrcResolution }: Limits): Promise<void> {
  const rasters = text.split(/data:image\/[\w.+-]+;base64,/).slice(1);
  atMost("rasters", rasters.length);
  let sum = 0;
  for (const raster of rasters) {
    const header = Buffer.from(raster.slice(0, HEADER).replace(/&#?\w+;/g, ""), "base64");
    // What is no picture is not drawn.
    const opened = await openWithSharp(header).catch(() => undefined);
    sum += opened ? megapixels(opened.info) : 0;
    if (sum > maxSrcResolution)
      throw new InvalidSource(`SVG: rasters of ${sum} megapixels, ${maxSrcResolution} at most`);
  }
}
