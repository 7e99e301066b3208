import sharp, { type Sharp } from "sharp";
import type { Size } from "../contract/canvas.ts";
import { methodOf } from "../contract/sharp-order.ts";
import type { Stroke } from "../contract/stroke.ts";
import type { Deadline } from "../deadline.ts";
import type { Format } from "../formats.ts";
import { encode } from "./encode.ts";
import type { Opened } from "./open.ts";
import type { Output } from "./output.ts";
import { passes } from "./passes.ts";
import type { Plan } from "./plan.ts";
import { run } from "./run.ts";
import { findAttention } from "./smart.ts";

/** A finished picture. */
export interface Picture extends Size {
  readonly body: Uint8Array;
  readonly format: Format;
}

/** Pixels a pass begins with; each call begins anew. */
interface Stage extends Size {
  readonly pixels: () => Sharp;
}

/** Draws a plan. Throws `Timeout` at the deadline, `BrokenSource` when the source cannot be decoded. */
export async function render(
  { strokes, canvas, output }: Plan,
  opened: Opened,
  deadline: Deadline,
): Promise<Picture> {
  const groups = passes(strokes);
  let stage: Stage = { ...opened.info, pixels: opened.pixels };
  for (const group of groups.slice(0, -1)) {
    stage = await materialize(await drawPass(group, stage, deadline), output, deadline);
  }
  const last = await drawPass(groups.at(-1) ?? [], stage, deadline);
  // What is encoded several times is drawn once.
  const { pixels } = output.maxBytes > 0 ? await materialize(last, output, deadline) : last;
  const body = await encode(pixels, output, deadline);
  return { body, format: output.format, width: canvas.width, height: canvas.height };
}

/** One pass: all its strokes on one sharp. */
async function drawPass(group: readonly Stroke[], stage: Stage, deadline: Deadline): Promise<Stage> {
  const placed = await Promise.all(
    group.map((stroke) => (stroke.attention ? placedByAttention(stroke, stage, deadline) : stroke)),
  );
  return { ...(group.at(-1)?.leaves ?? stage), pixels: () => placed.reduce(draw, stage.pixels()) };
}

/** Makes the call that a stroke plans. */
export const draw = (image: Sharp, { call, data }: Pick<Stroke, "call" | "data">): Sharp =>
  Reflect.apply(image[methodOf(call)], image, [data]);

const placedByAttention = async (stroke: Stroke, stage: Stage, deadline: Deadline): Promise<Stroke> => ({
  ...stroke,
  data: await findAttention(stage.pixels, stroke.leaves, stage, deadline),
});

/** Ends a pass: raw pixels, or a lossless file where metadata must come along. */
async function materialize(
  { width, height, pixels }: Stage,
  { keepMetadata }: Output,
  deadline: Deadline,
): Promise<Stage> {
  if (keepMetadata) {
    const { data } = await run(() => pixels().withMetadata().png({ compressionLevel: 0 }), deadline);
    return { width, height, pixels: () => sharp(data) };
  }
  // The size is the planned one: sharp reports that of the last extract, even when it extended afterwards.
  const { data, info } = await run(() => pixels().raw(), deadline);
  const raw = { width, height, channels: info.channels };
  return { width, height, pixels: () => sharp(data, { raw }) };
}
