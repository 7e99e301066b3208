import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  beforeTurn,
  type Gravity,
  place,
  placeOver,
  roundAway,
  roundEven,
  type Turn,
} from "../../lambda/contract/geometry.ts";
import { turnOf } from "../../lambda/options/orient.ts";
import { oracle } from "../oracle.ts";

interface Position {
  readonly outer: readonly [number, number];
  readonly inner: readonly [number, number];
  readonly gravity: readonly [Gravity["type"], number, number];
  readonly dprScale: number;
  readonly allowOverflow: boolean;
  readonly left: number;
  readonly top: number;
}

const size = ([width, height]: readonly [number, number]) => ({ width, height });
const gravity = ([type, x, y]: readonly [Gravity["type"], number, number]) => ({ type, x, y });

describe("positionDerived: a box is placed where imgproxy places it", () => {
  for (const vector of oracle<Position>("positionDerived")) {
    const { outer, inner, dprScale, left, top } = vector;
    test(JSON.stringify([outer, inner, vector.gravity, dprScale]), () => {
      const { type, x = 0, y = 0 } = gravity(vector.gravity);
      const boxes = [size(outer), size(inner)] as const;
      const overflows = vector.allowOverflow && type !== "fp" && type !== "sm";
      const found = overflows
        ? placeOver(...boxes, { type, x, y }, dprScale)
        : place(...boxes, { type, x, y }, dprScale);
      assert.deepEqual(found, { left, top });
    });
  }
});

interface Turned {
  readonly in: readonly [Gravity["type"], number, number];
  readonly angle: 0 | 90 | 180 | 270;
  readonly flipX: boolean;
  readonly flipY: boolean;
  readonly out: readonly [Gravity["type"], number, number];
}

const upright = { orientation: 1 } as Parameters<typeof turnOf>[1];
const near = (a: number, b: number) => Math.abs(a - b) < 1e-12;

describe("gravityRotateFlipDerived: a gravity is turned back as imgproxy turns it", () => {
  for (const { in: given, angle, flipX, flipY, out } of oracle<Turned>("gravityRotateFlipDerived")) {
    test(JSON.stringify([given, angle, flipX, flipY]), () => {
      const turn: Turn = turnOf(
        { autoRotate: true, rotate: angle, flip: { horizontal: flipX, vertical: flipY } },
        upright,
      );
      const { type, x = 0, y = 0 } = beforeTurn(gravity(given), turn);
      assert.equal(type, out[0]);
      assert.ok(near(x, out[1]) && near(y, out[2]), `got ${x}, ${y}`);
    });
  }
});

test("sizes round half away from zero, offsets half to even", () => {
  assert.deepEqual([0.5, 1.5, 2.5, -0.5, -1.5].map(roundAway), [1, 2, 3, -1, -2]);
  assert.deepEqual([0.5, 1.5, 2.5, -1.5, -2.5, 2.4999].map(roundEven), [0, 2, 2, -2, -2, 2]);
});
