import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { canvasOf, layOut } from "../../lambda/image/plan.ts";
import type { Stroke } from "../../lambda/image/stroke.ts";
import { jpegOf, noOffers, optionsOf } from "../options-of.ts";
import { oracle } from "../oracle.ts";

interface Derived {
  readonly source: {
    readonly width: number;
    readonly height: number;
    readonly orientation: number;
    readonly vector?: boolean;
  };
  readonly options: string;
  readonly width: number;
  readonly height: number;
  readonly dprScale: number;
  readonly steps: readonly DerivedStep[];
}
type DerivedStep = { readonly op: string } & Readonly<Record<string, number | boolean | string>>;

const facts = ({ vector = false, ...source }: Derived["source"]) => ({
  ...jpegOf(source.width, source.height),
  ...source,
  vector,
  format: vector ? ("svg" as const) : ("png" as const),
});

function planned({ source, options: text }: Pick<Derived, "source" | "options">) {
  const { options, limit } = optionsOf(text);
  return layOut(options, canvasOf(facts(source), noOffers), Number(limit ?? Infinity));
}

/** imgproxy's steps in our strokes: its crop stands for two of ours, its turn is told by four numbers. */
function strokeOf({ op, ...numbers }: DerivedStep): readonly Partial<Stroke>[] {
  const { left, top, width, height } = numbers;
  if (op === "resize") return [{ step: "scale", stroke: { width, height } }];
  if (op === "crop") return [{ step: "cut", stroke: { left, top, width, height } }];
  if (op === "embed") return [{ step: "extend", stroke: { left, top, width, height } }];
  return [];
}

function comparable(
  { step, stroke }: Stroke,
  before: { width: number; height: number },
): readonly Partial<Stroke>[] {
  const {
    left = 0,
    top = 0,
    width,
    height,
    right = 0,
    bottom = 0,
  } = stroke as Partial<Record<string, number>>;
  if (step === "scale") return [{ step, stroke: { width, height } }];
  if (step === "crop" || step === "window") return [{ step: "cut", stroke: { left, top, width, height } }];
  if (step === "extend" || step === "extendAspect" || step === "pad") {
    const outer = { width: left + before.width + right, height: top + before.height + bottom };
    return [{ step: "extend", stroke: { left, top, ...outer } }];
  }
  return [];
}

/** The size of the picture before each stroke. */
function sizes(source: { width: number; height: number }, strokes: readonly Stroke[]) {
  let size = source;
  return strokes.map(({ step, stroke }) => {
    const before = size;
    const {
      left = 0,
      top = 0,
      right = 0,
      bottom = 0,
      width,
      height,
      angle,
    } = stroke as Record<string, number>;
    if (width !== undefined && height !== undefined) size = { width, height };
    else if (step === "turn")
      size = angle === 90 || angle === 270 ? { width: size.height, height: size.width } : size;
    else size = { width: left + size.width + right, height: top + size.height + bottom };
    return before;
  });
}

describe("a plan is imgproxy's plan, to the pixel", () => {
  for (const vector of oracle<Derived>("geometryDerived")) {
    const { source, options } = vector;
    test(`${source.width}x${source.height} ${source.orientation} ${options}`, () => {
      const { strokes, canvas } = planned(vector);
      assert.deepEqual(
        { width: canvas.width, height: canvas.height },
        { width: vector.width, height: vector.height },
      );
      assert.ok(
        Math.abs(canvas.dpr - vector.dprScale) < 1e-9,
        `dpr ${canvas.dpr}, expected ${vector.dprScale}`,
      );
      const before = sizes(source, strokes);
      assert.deepEqual(
        strokes.flatMap((stroke, at) => comparable(stroke, before[at] ?? source)),
        vector.steps.flatMap(strokeOf),
      );
    });
  }
});
