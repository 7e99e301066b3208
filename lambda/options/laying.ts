import type { Canvas, Size } from "../contract/canvas.ts";
import { type Box, type CompassPoint, offsetPx, placeOver } from "../contract/geometry.ts";
import { type PlannedStroke, type Stroke, stroke } from "../contract/stroke.ts";
import type { Walked } from "../contract/walk.ts";

/** What a watermark is laid on. */
type Picture = Pick<Canvas, "width" | "height" | "dpr">;

/** How a watermark is laid: what is drawn of it, and where that lies. */
type Laid = { readonly strokes: readonly Stroke[]; readonly left: number; readonly top: number };

/** Once, held by a compass point. */
export function placed(
  { strokes, canvas }: Walked,
  held: { readonly type: CompassPoint; readonly x: number; readonly y: number },
  picture: Picture,
): Laid {
  const { left, top } = placeOver(picture, canvas, held, picture.dpr);
  const [across, down] = [Math.max(0, left), Math.max(0, top)];
  const box = {
    left: across - left,
    top: down - top,
    width: Math.min(left + canvas.width, picture.width) - across,
    height: Math.min(top + canvas.height, picture.height) - down,
  };
  return { strokes: [...strokes, ...windowed(canvas, box, empty)], left: across, top: down };
}

/**
 * All over, an odd number of times each way so that one lies in the middle, with gaps between: half of each before, half behind.
 * Gaps below 0 are cut off; nothing when that leaves none of it.
 */
export function tiled(
  { strokes, canvas }: Walked,
  { x, y }: { readonly x: number; readonly y: number },
  picture: Picture,
): Laid | undefined {
  const gap = {
    x: offsetPx(picture.width, x, picture.dpr),
    y: offsetPx(picture.height, y, picture.dpr),
  };
  const tile = {
    left: -Math.trunc(gap.x / 2),
    top: -Math.trunc(gap.y / 2),
    width: canvas.width + gap.x,
    height: canvas.height + gap.y,
  };
  if (tile.width < 1 || tile.height < 1) return;
  const all = {
    left: middle(tile.width, picture.width),
    top: middle(tile.height, picture.height),
    width: picture.width,
    height: picture.height,
  };
  return {
    strokes: [...strokes, ...windowed(canvas, tile, empty), ...windowed(tile, all, again)],
    left: 0,
    top: 0,
  };
}

/** Where a side begins of which tiles of such a side are cut, seen from the tile in the middle; px. */
function middle(tile: number, side: number): number {
  const count = Math.ceil(side / tile);
  const odd = count % 2 === 0 ? count + 1 : count;
  return Math.trunc((odd * tile - side) / 2) - ((odd - 1) / 2) * tile;
}

/** What is seen of a picture beyond its edges. */
const empty = { extendWith: "background", background: "#00000000" } as const;
const again = { extendWith: "repeat" } as const;

/** Plans to look at a picture through a box that may reach beyond it. */
function windowed(picture: Size, box: Box, beyond: typeof empty | typeof again): readonly Stroke[] {
  const left = Math.max(0, box.left);
  const top = Math.max(0, box.top);
  const kept = {
    width: Math.min(picture.width, box.left + box.width) - left,
    height: Math.min(picture.height, box.top + box.height) - top,
  };
  const planned: PlannedStroke[] = [];
  if (kept.width < picture.width || kept.height < picture.height)
    planned.push(stroke("extractAfter", [{ left, top, ...kept }], { leaves: kept }));
  if (kept.width < box.width || kept.height < box.height) {
    const edges = {
      left: left - box.left,
      top: top - box.top,
      right: box.left + box.width - left - kept.width,
      bottom: box.top + box.height - top - kept.height,
    };
    const { width, height } = box;
    planned.push(stroke("extend", [{ ...edges, ...beyond }], { leaves: { width, height } }));
  }
  return planned.map((one) => ({ leaves: kept, ...one, step: "watermark" }));
}
