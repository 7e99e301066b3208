import sharp from "sharp";
import { framesOf } from "../contract/canvas.ts";
import type { Raw } from "../contract/step.ts";
import type { Stroke } from "../contract/stroke.ts";
import type { Deadline } from "../deadline.ts";
import { BrokenSource, InternalError } from "../errors.ts";
import type { Opened } from "./decoders/decoder.ts";
import { SIDE_BY_SIDE } from "./frame-batches.ts";
import { isHeld } from "./output.ts";
import { needsProfile } from "./passes.ts";
import type { Plan } from "./plan.ts";
import { run } from "./run.ts";
import { rawOf, type Stage, stageOf } from "./stage.ts";

/** Draws strokes on one frame. */
type DrawStrokes = (strokes: readonly Stroke[], frame: Stage, deadline: Deadline) => Promise<Stage>;

/**
 * Draws each frame of an animation as a picture of its own, for what is scaled or blurred must not reach into the next.
 * The stage it leaves has the size of one, and the pixels of all.
 */
export async function drawFrames(
  plan: Plan,
  opened: Opened,
  drawStrokes: DrawStrokes,
  deadline: Deadline,
): Promise<Stage> {
  const { strokes, framesAtOnce, output } = plan;
  const frames = framesOf(plan.canvas);
  if (strokes.length === 0 && !isHeld(output))
    return { ...opened.info, pixels: () => framesIn(opened, 0, frames) };

  const stack = new Stack(frames);
  const decode = needsProfile(strokes) ? decodeWithProfile : decodeRaw;
  // Nothing holds some frames any more when the next are decoded.
  const drawSome = async (from: number, count: number) => {
    const frameAt = await decode(opened, from, count, deadline);
    await sideBySide(count, async (at) => {
      const drawn = await drawStrokes(strokes, frameAt(at), deadline);
      stack.put(from + at, await rawOf(drawn, deadline));
    });
  };
  for (let from = 0; from < frames; from += framesAtOnce)
    await drawSome(from, Math.min(framesAtOnce, frames - from));
  return stack.stage;
}

/** Works on each of `count` places, on a few at a time. */
async function sideBySide(count: number, work: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
}

/** Some frames, by their place among them. */
type Decoded = (at: number) => Stage;

async function decodeRaw(opened: Opened, from: number, count: number, deadline: Deadline): Promise<Decoded> {
  const { width, height } = opened.info;
  const { data, info } = await run(() => framesIn(opened, from, count).raw(), deadline);
  const bytes = width * height * info.channels;
  if (data.length !== bytes * count) throw new BrokenSource(`${count} frames in ${data.length} bytes`);
  return (at) =>
    stageOf({ data: data.subarray(at * bytes, (at + 1) * bytes), width, height, channels: info.channels });
}

/** Raw pixels would lose the profile; a TIFF has it, and each frame is found in it without those before. */
async function decodeWithProfile(
  opened: Opened,
  from: number,
  count: number,
  deadline: Deadline,
): Promise<Decoded> {
  const { width, height } = opened.info;
  const tiff = () => framesIn(opened, from, count).keepIccProfile().tiff({ compression: "none" });
  const { data } = await run(tiff, deadline);
  return (page) => ({
    width,
    height,
    pixels: () => sharp(data, { page, ignoreIcc: true, limitInputPixels: false }),
  });
}

function framesIn({ frames, info }: Opened, from: number, count: number) {
  if (!frames) throw new InternalError(`${info.format}: its decoder reads no frames`);
  return frames(from, count);
}

/** Frames of one size that come in any order, and in the end lie below each other. */
class Stack {
  readonly #frames: number;
  #all: Raw | undefined;

  constructor(frames: number) {
    this.#frames = frames;
  }

  put(at: number, frame: Raw): void {
    const { length } = frame.data;
    this.#all ??= { ...frame, data: new Uint8Array(length * this.#frames) };
    if (this.#all.data.length !== length * this.#frames)
      throw new BrokenSource(`frame ${at}: ${frame.channels} channels, unlike others`);
    this.#all.data.set(frame.data, at * length);
  }

  get stage(): Stage {
    if (!this.#all) throw new InternalError("no frame was drawn");
    const { data, width, height, channels } = this.#all;
    const raw = { width, height: height * this.#frames, channels, pageHeight: height };
    return { width, height, pixels: () => sharp(data, { raw, limitInputPixels: false }) };
  }
}
