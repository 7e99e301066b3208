import { type Arg, refuse } from "../contract/args.ts";
import type { Canvas } from "../contract/canvas.ts";
import { hex } from "../contract/color.ts";
import { option } from "../contract/option.ts";
import { step } from "../contract/step.ts";
import { stroke } from "../contract/stroke.ts";
import { type Format, formats } from "../formats.ts";

const expects = "a hex colour such as ff8800 or f80, or R:G:B each from 0 to 255";

/** A colour, `rrggbb`: one word of hex, or three of 0–255. The empty word takes it back. */
const color: Arg<string> = {
  expects,
  control: { kind: "color" },
  arity: 3,
  words: ["R", "G", "B"],
  neutral: "",
  read(words, at) {
    if (words.left === 3)
      return [words.take(), words.take(), words.take()].map((word) => channel(word, at)).join("");
    const word = words.take();
    if (words.left > 0) refuse(at, expects, word);
    if (word === "") return undefined;
    return hex(word) ?? refuse(at, expects, word);
  },
  write: (value) => [value],
};

function channel(word: string, at: string): string {
  const value = /^\+?\d+$/.test(word) ? Number(word) : 256;
  return value <= 255 ? value.toString(16).padStart(2, "0") : refuse(at, expects, word);
}

export const background = option({
  name: "background",
  aliases: ["bg"],
  doc: "The colour, hex or R:G:B, that transparent areas, padding and extensions are painted with. Without it they stay transparent where the format can, and are white where it cannot.",
  example: "bg:ff8800",
  arg: color,
});

interface Ground {
  readonly background: string | undefined;
  readonly format: Format | undefined;
}

const white = "ffffff";

/**
 * What new areas are painted with, and whether the picture may be transparent afterwards.
 * Where their final colour is certain they get it at once, which saves an opaque picture the flattening.
 */
export function groundOf({ background, format }: Ground, { alpha, grey, offers }: Canvas) {
  const opaque = format && !formats[format].alpha && offers.enforced.length === 0;
  const final = background ?? (opaque ? white : undefined);
  if (alpha || !final || (grey && !isGrey(final))) return { color: "#00000000", alpha: true };
  return { color: `#${final}`, alpha: false };
}

const isGrey = (color: string) =>
  color.slice(0, 2) === color.slice(2, 4) && color.slice(2, 4) === color.slice(4);

/** Puts what is still transparent on its ground; runs when the format is known. */
export const flattenStep = step({
  name: "flatten",
  needs: { background },
  plan({ background }, canvas) {
    if (!canvas.alpha || !(background || !formats[canvas.format].alpha)) return;
    const ground = background ?? white;
    return {
      strokes: [stroke("flatten", [{ background: `#${ground}` }])],
      canvas: { alpha: false, grey: canvas.grey && isGrey(ground) },
    };
  },
});
