import { flag, integer, refuse } from "../contract/args.ts";
import type { Canvas } from "../contract/canvas.ts";
import { type Turn, turn } from "../contract/geometry.ts";
import { compound, option } from "../contract/option.ts";
import { step } from "../contract/step.ts";
import { stroke } from "../contract/stroke.ts";

export const autoRotate = option({
  name: "auto_rotate",
  aliases: ["ar"],
  default: true,
  doc: "Turn the picture upright by its EXIF orientation.",
  example: "ar:0",
  arg: flag(),
});

const quarterTurns = integer("degrees", -Infinity, Infinity);

export const rotate = option({
  name: "rotate",
  aliases: ["rot"],
  default: 0,
  doc: "Turn clockwise by a multiple of 90 degrees, after the EXIF orientation.",
  example: "rot:90",
  arg: {
    ...quarterTurns,
    expects: "a multiple of 90 degrees",
    control: { kind: "number", min: -360, max: 360, step: 90 },
    read(words, at) {
      const angle = quarterTurns.read(words, at) ?? 0;
      return angle % 90 === 0 ? angle : refuse(at, "a multiple of 90 degrees", String(angle));
    },
  },
});

export const flip = compound({
  name: "flip",
  aliases: ["fl"],
  skipsBlanks: true,
  doc: "Mirror left to right, top to bottom, or both, after turning.",
  example: "fl:1:0",
  args: { horizontal: flag(), vertical: flag() },
});

/** Whoever needs to know how the pixels will be turned needs these. */
export const turning = { autoRotate, rotate, flip };

interface Turning {
  readonly autoRotate: boolean;
  readonly rotate: number;
  readonly flip: { readonly horizontal?: boolean; readonly vertical?: boolean };
}

/** EXIF orientation 1–8 as a turn of the stored pixels. */
const exifTurns: readonly Turn[] = [
  { flop: false, angle: 0 },
  { flop: true, angle: 0 },
  { flop: false, angle: 180 },
  { flop: true, angle: 180 },
  { flop: true, angle: 270 },
  { flop: false, angle: 90 },
  { flop: true, angle: 90 },
  { flop: false, angle: 270 },
];

/** All turning of the stored pixels as one: EXIF, then rotate, then flip. */
export function turnOf({ autoRotate, rotate, flip }: Turning, { orientation }: Canvas): Turn {
  const exif = (autoRotate && exifTurns[orientation - 1]) || { flop: false, angle: 0 };
  const rotated = exif.angle + rotate;
  // Mirroring after a turn is mirroring first and turning the other way.
  const flopped = flip.horizontal ? -rotated : rotated;
  const flipped = flip.vertical ? 180 - flopped : flopped;
  return {
    flop: (exif.flop !== (flip.horizontal ?? false)) !== (flip.vertical ?? false),
    angle: clockwise(flipped),
  };
}

const quarters = [0, 90, 180, 270] as const;

/** Any multiple of 90 degrees, either way, as one of the four turns clockwise. */
const clockwise = (angle: number): Turn["angle"] => quarters[(((angle / 90) % 4) + 4) % 4] ?? 0;

/** Upright, a quarter turn lays the stored width down as height. */
export const isQuarter = ({ angle }: Turn) => angle === 90 || angle === 270;

export const mirrorStep = step({
  name: "mirror",
  needs: turning,
  plan: (turns, canvas) => (turnOf(turns, canvas).flop ? { strokes: [stroke("flop", [])] } : undefined),
});

/** After it the picture is upright, unless it was not to be touched at all. */
export const turnStep = step({
  name: "turn",
  needs: turning,
  plan(turns, canvas) {
    const { flop, angle } = turnOf(turns, canvas);
    const upright = turns.autoRotate || flop || angle !== 0 ? { orientation: 1 } : {};
    if (angle === 0) return { canvas: upright };
    const turned = turn(canvas, isQuarter({ flop, angle }));
    return { strokes: [stroke("rotate", [angle])], canvas: { ...turned, ...upright } };
  },
});
