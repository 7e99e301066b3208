import { type Canvas, megapixels, type Size } from "../contract/canvas.ts";
import { type Box, type Gravity, minSize, place, roundAway, shrink } from "../contract/geometry.ts";
import { handedOn, jpegShrink, loadedAt, resampledSize, scalesAfter } from "../contract/resampling.ts";
import type { Planned } from "../contract/step.ts";
import { RESIZE_RATE, stroke } from "../contract/stroke.ts";
import { planCut } from "./gravity.ts";

/** Megapixels up to which a JPEG is read whole for a cut to the pixel; what is larger is cut to half a px of the result. */
const readWhole = 3;

/**
 * Plans a cut of the undecoded picture, `held` by a gravity that is told how many px one stands for. As in imgproxy the
 * box lies on pixels of the picture as the decoder would shrink it, which its size shows.
 */
export function planCutOnLoad(canvas: Canvas, held: (apart: Size) => Gravity): Planned | undefined {
  const loaded = loadedAt(canvas, canvas.scales);
  const apart = { width: canvas.width / loaded.width, height: canvas.height / loaded.height };
  const gravity = held(apart);
  const inner = minSize(closerSize(canvas.kept, apart), loaded);
  if (loaded.width === canvas.width && loaded.height === canvas.height)
    return planCut("extractBefore", canvas, inner, gravity, 1);

  const box = { ...place(loaded, inner, gravity, 1), ...inner };
  const scales = scalesAfter(canvas, loaded, canvas.scales);
  if (gravity.type === "sm") return cutByAttention(canvas, loaded, inner, gravity, scales);
  if (canvas.format !== "jpeg") return cutLoaded(canvas, loaded, box, scales);
  return megapixels(canvas) <= readWhole
    ? cutWhole(canvas, box, scales)
    : cutScaled(canvas, loaded, box, scales);
}

/** 0 stays 0: all of a side. */
const closerSize = ({ width, height }: Size, apart: Size): Size => ({
  width: width && Math.max(1, shrink(width, apart.width)),
  height: height && Math.max(1, shrink(height, apart.height)),
});

const load = (canvas: Canvas, to: Size) => {
  const scales = { width: to.width / canvas.width, height: to.height / canvas.height };
  return stroke("resize", [handedOn(canvas, to, scales)], { rate: RESIZE_RATE, leaves: to });
};

const sizeOf = ({ width, height }: Size): Size => ({ width, height });

/** What catches the eye is looked for in the loaded picture. */
function cutByAttention(canvas: Canvas, loaded: Size, inner: Size, gravity: Gravity, scales: Size): Planned {
  const cut = planCut("extractBefore", loaded, inner, gravity, 1)?.strokes ?? [];
  return { strokes: [load(canvas, loaded), ...cut], canvas: { ...sizeOf(inner), scales } };
}

/** WebP and SVG are loaded at the very size they are to have. */
const cutLoaded = (canvas: Canvas, loaded: Size, box: Box, scales: Size): Planned => ({
  strokes: [load(canvas, loaded), stroke("extractAfter", [box])],
  canvas: { ...sizeOf(box), scales },
});

/** The same box in pixels of the whole JPEG, which sharp does not shrink before a cut. */
function cutWhole(canvas: Canvas, { left, top, width, height }: Box, scales: Size): Planned {
  const times = jpegShrink(canvas, canvas.scales);
  const box = { left: left * times, top: top * times, width: width * times, height: height * times };
  const rest = { width: scales.width / times, height: scales.height / times };
  return { strokes: [stroke("extractBefore", [box])], canvas: { ...sizeOf(box), scales: rest } };
}

/** The whole JPEG is scaled, which sharp has the decoder begin, and then cut: at the nearest px of the result. */
function cutScaled(canvas: Canvas, loaded: Size, box: Box, scales: Size): Planned {
  const whole = resampledSize(loaded, scales);
  const size = resampledSize(box, scales);
  const cut = {
    left: Math.min(roundAway(box.left * scales.width), whole.width - size.width),
    top: Math.min(roundAway(box.top * scales.height), whole.height - size.height),
    ...size,
  };
  const resize = stroke("resize", [handedOn(canvas, whole, canvas.scales)], {
    rate: RESIZE_RATE,
    leaves: whole,
  });
  return { strokes: [resize, stroke("extractAfter", [cut])], canvas: { ...size, scales: done } };
}

const done: Size = { width: 1, height: 1 };
