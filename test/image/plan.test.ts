import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Stroke } from "../../lambda/contract/stroke.ts";
import { canvasOf, layOut } from "../../lambda/image/plan.ts";
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

/** What a stroke does to the picture, as imgproxy's vectors say it. */
interface Move {
  readonly op: "scale" | "cut" | "extend";
  readonly box: Readonly<Record<string, number | boolean | string | undefined>>;
}

/** imgproxy's steps in ours: its crop stands for two of ours, its turn is told by four numbers. */
function expected({ op, ...numbers }: DerivedStep): readonly Move[] {
  const { left, top, width, height } = numbers;
  if (op === "resize") return [{ op: "scale", box: { width, height } }];
  if (op === "crop") return [{ op: "cut", box: { left, top, width, height } }];
  if (op === "embed") return [{ op: "extend", box: { left, top, width, height } }];
  return [];
}

function moves({ call, args: [data], leaves }: Stroke): readonly Move[] {
  const { width, height } = leaves;
  if (call === "resize") return [{ op: "scale", box: { width, height } }];
  const { left, top } = (data ?? {}) as { readonly left?: number; readonly top?: number };
  if (call === "extend") return [{ op: "extend", box: { left, top, width, height } }];
  return call.startsWith("extract") ? [{ op: "cut", box: { left, top, width, height } }] : [];
}

describe("geometryDerived: a plan is imgproxy's plan, to the pixel", () => {
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
      assert.deepEqual(strokes.flatMap(moves), vector.steps.flatMap(expected));
    });
  }
});
