import assert from "node:assert/strict";
import { test } from "node:test";
import { Deadline } from "../../lambda/deadline.ts";
import { open } from "../../lambda/image/open.ts";
import { drawnAs } from "../drawing.ts";
import { limitsIn } from "../services.ts";

const red = [255, 0, 0, 255];
const blue = [0, 0, 255, 255];

/** Left half red, right half blue, with the edge between them on every size's pixel. */
const halves = (width: number, height: number) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#00f"/><rect width="50%" height="100%" fill="#f00"/></svg>`,
  );

test("an SVG above the limit is drawn at the limit's size, not refused", async () => {
  const limits = limitsIn({ IMGPROXY_MAX_SRC_RESOLUTION: "0.02" });
  const { info } = await open({ bytes: halves(400, 200) }, {}, limits, Deadline.in(10_000));
  assert.deepEqual([info.width, info.height], [200, 100]);

  const drawn = await drawnAs("w:100/f:png", halves(20_000, 10_000));
  assert.deepEqual([drawn.width, drawn.height], [100, 50]);
  assert.deepEqual([drawn.pixel(49, 25), drawn.pixel(50, 25)], [red, blue]);
});

test("one too large even for that is refused", async () => {
  const limits = limitsIn({ IMGPROXY_MAX_SRC_RESOLUTION: "0.001" });
  await assert.rejects(open({ bytes: halves(4000, 4000) }, {}, limits, Deadline.in(10_000)), { status: 422 });
});

test("a crop that is enlarged is cut from shapes, and has sharp edges", async () => {
  const drawn = await drawnAs("c:20:10/w:200/f:png", halves(100, 50));
  assert.deepEqual([drawn.width, drawn.height], [200, 100]);
  const edge = Array.from({ length: 200 }, (_, x) => drawn.pixel(x, 50)).filter(
    ([r = 0, , b = 0]) => r > 8 && b > 8,
  );
  assert.deepEqual([drawn.pixel(0, 50), edge], [red, []]);
});
