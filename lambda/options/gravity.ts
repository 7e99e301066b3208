import { type Arg, offset, refuse, type Words } from "../contract/args.ts";
import type { Size } from "../contract/canvas.ts";
import { compassPoints, type Gravity, place } from "../contract/geometry.ts";
import { option } from "../contract/option.ts";
import type { Planned } from "../contract/step.ts";
import { stroke } from "../contract/stroke.ts";

/** Up to three words: a compass point with offsets, `fp` with a focus point, or one of `more`. */
export function gravityArg(more: readonly Gravity["type"][] = []): Arg<Gravity> {
  const types = [...more, "fp" as const, ...compassPoints];
  const expects = `one of ${types.join(", ")}`;
  return {
    expects,
    control: { kind: "gravity", choices: types },
    arity: 3,
    words: ["gravity", "x", "y"],
    neutral: "ce",
    read(words, at) {
      const count = words.left;
      const given = words.take();
      const type = types.find((candidate) => candidate === given) ?? refuse(at, expects, given);
      if (type === "sm" && count > 1) refuse(at, "no offsets after sm", words.take());
      if (type === "fp" && count !== 3) refuse(at, "fp followed by x and y", given);
      const x = offsetOf(words, type, `${at}.x`);
      const y = offsetOf(words, type, `${at}.y`);
      return { type, ...(x === undefined ? {} : { x }), ...(y === undefined ? {} : { y }) };
    },
    write({ type, x, y }) {
      if (type === "fp") return [type, String(x ?? 0), String(y ?? 0)];
      if (y !== undefined) return [type, String(x ?? ""), String(y)];
      return x === undefined ? [type] : [type, String(x)];
    },
    merge: (before, now) => (now.type === "sm" ? now : { ...before, ...now }),
  };
}

function offsetOf(words: Words, type: Gravity["type"], at: string): number | undefined {
  if (words.left === 0) return undefined;
  if (words.blank) {
    words.skip(1);
    return undefined;
  }
  const value = offset().read(words, at);
  if (value !== undefined && type === "fp" && (value < 0 || value > 1)) {
    refuse(at, "a fraction from 0 to 1", String(value));
  }
  return value;
}

export const gravity = option({
  name: "gravity",
  aliases: ["g"],
  default: { type: "ce" },
  doc: "What is kept when the picture is cut: a compass point with offsets, a focus point (fp:x:y, fractions from 0 to 1), or sm, what catches the eye.",
  example: "g:nowe:10:0.1",
  arg: gravityArg(["sm"]),
});

/** Plans to keep `inner` of `outer`, held by a gravity; nothing when that is all of it. */
export function planCut(
  call: "extractBefore" | "extractAfter",
  outer: Size,
  inner: Size,
  held: Gravity,
  dpr: number,
): Planned | undefined {
  if (inner.width === outer.width && inner.height === outer.height) return;
  const { width, height } = inner;
  const box = { ...place(outer, inner, held, dpr), width, height };
  const found = held.type === "sm" ? { attention: true as const } : {};
  return { strokes: [stroke(call, [box], found)], canvas: { width, height } };
}
