import { setImmediate } from "node:timers/promises";
import type { OverlayOptions, Sharp } from "sharp";
import { methodOf } from "../contract/sharp-order.ts";
import type { Overlay, Stroke } from "../contract/stroke.ts";
import type { Deadline } from "../deadline.ts";
import { Timeout } from "../errors.ts";
import { everyStep } from "../options/index.ts";
import type { Opened } from "./decoders/decoder.ts";
import { encode } from "./encode.ts";
import { drawFrames } from "./frames.ts";
import { signed, telling } from "./metadata/metadata.ts";
import { isHeld } from "./output.ts";
import { faded } from "./overlay.ts";
import { needsProfile, passes } from "./passes.ts";
import type { Picture } from "./picture.ts";
import type { Plan } from "./plan.ts";
import { findAttention } from "./smart.ts";
import { materialize, rawOf, type Stage, stageOf } from "./stage.ts";

/** Draws a plan. Throws `Timeout` at the deadline, `BrokenSource` when the source cannot be decoded. */
export async function render(plan: Plan, opened: Opened, deadline: Deadline): Promise<Picture> {
  const { canvas, output } = plan;
  const stage = canvas.animation
    ? await drawFrames(plan, opened, drawStrokes, deadline)
    : await drawStill(plan, opened, deadline);
  const { metadata = {} } = opened;
  const file = await encode(await telling(stage, metadata, output, deadline), output, deadline);
  const { width, height } = canvas;
  return { body: signed(file, metadata, output), format: output.format, width, height };
}

async function drawStill({ strokes, output }: Plan, opened: Opened, deadline: Deadline): Promise<Stage> {
  const source: Stage = { ...opened.info, deep: output.deep, pixels: opened.pixels };
  const stage = await drawStrokes(strokes, source, opened, deadline);
  return isHeld(output) ? materialize(stage, { profile: false }, deadline) : stage;
}

/** All strokes, in as many passes as they take; the last is still to be run. */
async function drawStrokes(
  strokes: readonly Stroke[],
  source: Stage,
  opened: Pick<Opened, "watermark">,
  deadline: Deadline,
): Promise<Stage> {
  let stage = source;
  const groups = passes(strokes);
  for (const [at, group] of groups.entries()) {
    const rest = groups.slice(at).flat();
    if (at > 0) stage = await materialize(stage, { profile: needsProfile(rest) }, deadline);
    stage = await drawPass(group, stage, opened, deadline);
  }
  return stage;
}

/** One pass: all its strokes on one sharp, or one that is the step's own. */
async function drawPass(
  group: readonly Stroke[],
  stage: Stage,
  { watermark }: Pick<Opened, "watermark">,
  deadline: Deadline,
): Promise<Stage> {
  const [first] = group;
  if (first?.call === "own") return drawOwn(first, stage, deadline);
  const placed = await Promise.all(
    group.map(async (stroke): Promise<Stroke> => {
      if (stroke.attention) return placedByAttention(stroke, stage, deadline);
      const { overlay } = stroke;
      if (!overlay || !watermark) return stroke;
      return { ...stroke, args: [[await overlaid(overlay, watermark, deadline)]] };
    }),
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

const laid = new WeakMap<Overlay, Promise<OverlayOptions>>();

/** The watermark as it is laid over a picture: drawn once, however many frames it is laid over. */
function overlaid(overlay: Overlay, watermark: Opened, deadline: Deadline): Promise<OverlayOptions> {
  const known = laid.get(overlay);
  if (known) return known;
  const { info, pixels } = watermark;
  const drawing = drawStrokes(overlay.strokes, { ...info, deep: false, pixels }, watermark, deadline);
  const made = drawing.then((stage) => faded(stage, overlay, deadline));
  laid.set(overlay, made);
  return made;
}

/** ms between two looks at the time. */
const TICK = 20;

/** Has a step draw by itself. */
async function drawOwn({ step, args: [size] }: Stroke, stage: Stage, deadline: Deadline): Promise<Stage> {
  const raw = await rawOf(stage, deadline);
  const drawing = everyStep.find(({ name }) => name === step)?.draw?.(raw, [Number(size)]);
  let ticked = performance.now();
  for (let next = drawing?.next(); next; next = drawing?.next()) {
    if (next.done) return stageOf(next.value);
    if (performance.now() - ticked < TICK) continue;
    if (deadline.left === 0) throw new Timeout(`${step}: the time is up`);
    await setImmediate();
    ticked = performance.now();
  }
  return stage;
}
