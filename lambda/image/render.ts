import sharp, { type Sharp } from "sharp";
import type { Size } from "../canvas.ts";
import type { Deadline } from "../deadline.ts";
import type { Format } from "../formats.ts";
import { encode } from "./encode.ts";
import type { Opened } from "./open.ts";
import { drawing, isSmart, passes, type SmartStroke } from "./passes.ts";
import type { Plan, Stroke } from "./plan.ts";
import { run } from "./run.ts";
import { attend } from "./smart.ts";

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
export async function render(plan: Plan, opened: Opened, deadline: Deadline): Promise<Picture> {
  const { output } = plan;
  const groups = passes(plan.strokes);
  const last = groups.at(-1) ?? [];
  let stage: Stage = { ...opened.facts, pixels: opened.pixels };
  for (const group of groups.slice(0, -1)) {
    stage = await materialize(await draw(group, stage, deadline), output.keepMetadata, deadline);
  }
  const drawn = await draw(last, stage, deadline);
  const final =
    output.maxBytes > 0 ? (await materialize(drawn, output.keepMetadata, deadline)).pixels : drawn;
  const { data, info } = await encode(final, output, deadline);
  return { body: data, format: output.format, width: info.width, height: info.height };
}

/** One pass: all its strokes on one sharp. */
async function draw(group: readonly Stroke[], stage: Stage, deadline: Deadline): Promise<() => Sharp> {
  const placed = await Promise.all(
    group.map((stroke) => (isSmart(stroke) ? look(stroke, stage, deadline) : stroke)),
  );
  return () =>
    placed.reduce(
      (image, { step, stroke }) => drawing.get(step)?.draw(image, stroke) ?? image,
      stage.pixels(),
    );
}

async function look({ step, stroke }: SmartStroke, stage: Stage, deadline: Deadline): Promise<Stroke> {
  return { step, stroke: await attend(stage.pixels(), stroke, stage, deadline) };
}

/** Ends a pass: raw pixels, or a lossless file where EXIF and XMP must come along. */
async function materialize(image: () => Sharp, keepMetadata: boolean, deadline: Deadline): Promise<Stage> {
  const ended = keepMetadata ? image().keepExif().keepXmp().png({ compressionLevel: 0 }) : image().raw();
  const { data, info } = await run(ended, deadline);
  const { width, height, channels } = info;
  return {
    width,
    height,
    pixels: () => (keepMetadata ? sharp(data) : sharp(data, { raw: { width, height, channels } })),
  };
}
