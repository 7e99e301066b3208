import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { canvasOf, layOut } from "../../lambda/image/plan.ts";
import { drawnAs } from "../drawing.ts";
import { jpegOf, noOffers, optionsOf } from "../options-of.ts";
import { drawn } from "../pictures.ts";

const source = await drawn(40, 40).png().toBuffer();

/** What sharp is told to do. */
const told = (options: string) =>
  layOut(optionsOf(options).options, canvasOf(jpegOf(40, 40), noOffers)).strokes.map(({ call, args }) => [
    call,
    ...args,
  ]);

const pixels = async (options: string) => (await drawnAs(`${options}/f:png`, source)).data;

describe("a sigma larger than sharp takes is the largest it takes", () => {
  for (const [more, most, less] of [
    ["bl:5000", "bl:1000", "bl:8"],
    ["bl:1e300", "bl:1000", "bl:8"],
    ["sh:100", "sh:10", "sh:2"],
    ["sh:1e300", "sh:10", "sh:2"],
  ] as const) {
    test(`${more} is ${most}`, async () => {
      assert.deepEqual(told(more), told(most));
      const largest = await pixels(most);
      assert.ok((await pixels(more)).equals(largest));
      assert.ok(!(await pixels(less)).equals(largest));
    });
  }

  test("the largest is as it was asked", () => {
    assert.deepEqual(told("bl:1000/sh:10"), [
      ["blur", { sigma: 1000 }],
      ["sharpen", { sigma: 10, m1: 0, m2: 3 }],
    ]);
  });
});

describe("a sigma smaller than sharp takes changes nothing", () => {
  for (const options of ["bl:0.29", "bl:1e-9", "bl:0", "sh:9e-7", "sh:1e-300", "sh:0"]) {
    test(options, async () => {
      assert.deepEqual(told(options), []);
      assert.ok((await pixels(options)).equals(await pixels("")));
    });
  }

  test("the smallest is drawn", async () => {
    assert.deepEqual(told("bl:0.3/sh:0.000001"), [
      ["blur", { sigma: 0.3 }],
      ["sharpen", { sigma: 0.000_001, m1: 0, m2: 3 }],
    ]);
    assert.ok((await pixels("bl:0.3/sh:0.000001")).length > 0);
  });
});
