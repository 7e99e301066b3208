import { flag } from "../contract/args.ts";
import type { Canvas, Size } from "../contract/canvas.ts";
import { type Gravity, place } from "../contract/geometry.ts";
import { compound } from "../contract/option.ts";
import { step } from "../contract/step.ts";
import { stroke } from "../contract/stroke.ts";
import { background, groundOf } from "./background.ts";
import { format } from "./format.ts";
import { gravityArg } from "./gravity.ts";

const args = { enabled: flag(), gravity: gravityArg() };

export const extend = compound({
  name: "extend",
  aliases: ["ex"],
  doc: "Fill up to the size options for when the picture is smaller, around a gravity; painted by background.",
  example: "ex:1:so:0:10",
  args,
});

export const extendAspectRatio = compound({
  name: "extend_aspect_ratio",
  aliases: ["extend_ar", "exar"],
  doc: "Fill up to the aspect ratio options for, around a gravity; painted by background.",
  example: "exar:1:no",
  args,
});

interface Extension {
  readonly enabled?: boolean;
  readonly gravity?: Gravity;
}
type Ground = Parameters<typeof groundOf>[0];

function fillUp({ enabled, gravity = { type: "ce" } }: Extension, to: Size, ground: Ground, canvas: Canvas) {
  const outer = {
    width: Math.max(to.width, canvas.width),
    height: Math.max(to.height, canvas.height),
  };
  if (!enabled || (outer.width === canvas.width && outer.height === canvas.height)) return;

  const { left, top } = place(outer, canvas, gravity, canvas.dpr);
  const { color, alpha } = groundOf(ground, canvas);
  return {
    strokes: [
      stroke("extend", [
        {
          left,
          top,
          right: outer.width - canvas.width - left,
          bottom: outer.height - canvas.height - top,
          background: color,
        },
      ]),
    ],
    canvas: { ...outer, alpha },
  };
}

export const extendStep = step({
  name: "extend",
  needs: { extend, background, format },
  plan({ extend, ...ground }, canvas) {
    const filled = fillUp(extend, canvas.target, ground, canvas);
    return extend.enabled ? { ...filled, canvas: { ...filled?.canvas, transparency: true } } : filled;
  },
});

export const extendAspectStep = step({
  name: "extendAspect",
  needs: { extendAspectRatio, background, format },
  plan: ({ extendAspectRatio, ...ground }, canvas) =>
    fillUp(extendAspectRatio, canvas.extendAspectRatio, ground, canvas),
});
