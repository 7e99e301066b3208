import type { Sharp } from "sharp";
import { methodOf } from "../contract/sharp-order.ts";
import type { Overlay, Stroke } from "../contract/stroke.ts";
import type { Deadline } from "../deadline.ts";
import { BrokenSource, InvalidWatermark } from "../errors.ts";
import { everyStep } from "../options/index.ts";
import type { Opened } from "./decoders/decoder.ts";
import { encode } from "./encode.ts";
import { drawFrames } from "./frames.ts";
import { signed, telling } from "./metadata/metadata.ts";
import { isHeld } from "./output.ts";
import { needsProfile, passes } from "./passes.ts";
import type { Picture } from "./picture.ts";
import type { Plan } from "./plan.ts";
import { run } from "./run.ts";
import { findAttention } from "./smart.ts";
import { materialize, rawOf, type Stage, stageOf } from "./stage.ts";
import { toEnd } from "./steps.ts";

/** Draws a plan. Throws `Timeout` at the deadline, `BrokenSource` when the source cannot be decoded. */
export async function render(plan: Plan, opened: Opened, deadline: Deadline): Promise<Picture> {
  const { canvas, output } = plan;
  const overlaid = await withOverlays(plan, opened, deadline);
  const stage = canvas.animation
    ? await drawFrames(overlaid, opened, drawStrokes, deadline)
    : await drawStill(overlaid, opened, deadline);
  const { metadata = {} } = opened;
  const file = await encode(await telling(stage, metadata, output, deadline), output, deadline);
  const { width, height } = canvas;
  return { body: signed(file, metadata, output), format: output.format, width, height };
}

/** The plan with its overlays drawn: once, however many frames it is laid over. */
async function withOverlays(plan: Plan, { watermark }: Opened, deadline: Deadline): Promise<Plan> {
  const drawn = plan.strokes.map(async (stroke): Promise<Stroke> => {
    const { overlay } = stroke;
    if (!overlay || !watermark) return stroke;
    const pixels = await drawnOverlay(overlay, watermark, deadline);
    return { ...stroke, overlay: { ...overlay, pixels } };
  });
  return { ...plan, strokes: await Promise.all(drawn) };
}

async function drawnOverlay(
  { strokes }: Overlay,
  watermark: Opened,
  deadline: Deadline,
): Promise<Uint8Array> {
  try {
    const stage = await drawStrokes(strokes, stageAt(watermark), deadline);
    const { data } = await run(() => stage.pixels().ensureAlpha().raw(), deadline);
    return data;
  } catch (cause) {
    throw cause instanceof BrokenSource
      ? new InvalidWatermark(`watermark: ${cause.message}`, { cause })
      : cause;
  }
}

const stageAt = ({ info: { width, height }, pixels }: Opened): Stage => ({ width, height, pixels });

async function drawStill({ strokes, output }: Plan, opened: Opened, deadline: Deadline): Promise<Stage> {
  const stage = await drawStrokes(strokes, { ...stageAt(opened), deep: output.deep }, deadline);
  return isHeld(output) ? materialize(stage, { profile: false }, deadline) : stage;
}

/** All strokes, in as many passes as they take; the last is still to be run. */
async function drawStrokes(strokes: readonly Stroke[], source: Stage, deadline: Deadline): Promise<Stage> {
  let stage = source;
  const groups = passes(strokes);
  for (const [at, group] of groups.entries()) {
    const rest = groups.slice(at).flat();
    // What a step draws by itself begins with pixels anyway.
    if (at > 0 && group[0]?.call !== "own")
      stage = await materialize(stage, { profile: needsProfile(rest) }, deadline);
    stage = await drawPass(group, stage, deadline);
  }
  return stage;
}

/** One pass: all its strokes on one sharp, or one that is the step's own. */
async function drawPass(group: readonly Stroke[], stage: Stage, deadline: Deadline): Promise<Stage> {
  const [first] = group;
  if (first?.call === "own") return drawOwn(first, stage, deadline);
  const placed = await Promise.all(
    group.map((stroke) => (stroke.attention ? placedByAttention(stroke, stage, deadline) : stroke)),
  );
  return { ...stage, ...group.at(-1)?.leaves, pixels: () => placed.reduce(draw, stage.pixels()) };
}

/** Makes the call on sharp that a stroke plans. */
export const draw = (image: Sharp, { call, args }: Pick<Stroke, "call" | "args">): Sharp =>
  call === "own" ? image : Reflect.apply(image[methodOf(call)], image, args);

const placedByAttention = async (stroke: Stroke, stage: Stage, deadline: Deadline): Promise<Stroke> => ({
  ...stroke,
  args: [await findAttention(stage.pixels, stroke.leaves, deadline)],
});

/** Has a step draw by itself. */
async function drawOwn(
  { step, args: [size], overlay }: Stroke,
  stage: Stage,
  deadline: Deadline,
): Promise<Stage> {
  const raw = await rawOf(stage, deadline);
  const drawing = everyStep.find(({ name }) => name === step)?.draw?.(raw, [Number(size)], overlay);
  return drawing ? stageOf(await toEnd(drawing, step, deadline)) : stage;
}
