import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { Deadline } from "../../lambda/deadline.ts";
import { open } from "../../lambda/image/open.ts";
import { underLoad } from "../load.ts";
import { limitsIn } from "../services.ts";

const xmlns = 'xmlns="http://www.w3.org/2000/svg" width="100" height="100"';
const svg = (inner: string) => ({ bytes: Buffer.from(`<svg ${xmlns}>${inner}</svg>`) });
const opened = (inner: string, ms = 5000) => open(svg(inner), {}, limitsIn(), Deadline.in(ms));
const raster = async (side: number) => {
  const { buffer } = await sharp({ create: { width: side, height: side, channels: 3, background: "red" } })
    .png()
    .toBuffer()
    .then((buffer) => ({ buffer }));
  return `<image width="9" height="9" href="data:image/png;base64,${buffer.toString("base64")}"/>`;
};

for (const [name, inner] of [
  ["elements", "<g/>".repeat(100_001)],
  ["nesting", "<g>".repeat(251)],
  ["layers", '<g opacity=".5">'.repeat(17)],
  ["layers", "<g style='filter: url(#a)'>".repeat(17)],
  ["filters", '<circle r="9" filter="url(#b)"/>'.repeat(501)],
  ["styles", `<style>${"a b{fill:red}".repeat(6000)}</style>`],
  ["rasters", (await raster(2)).repeat(51)],
] as const) {
  test(`too many ${name} are refused in no time`, async () => {
    const began = performance.now();
    await assert.rejects(opened(inner), { name: "InvalidSource", status: 422, message: new RegExp(name) });
    assert.ok(performance.now() - began < underLoad(1000));
  });
}

test("rasters that hold more than a source may are refused, however small their files", async () => {
  await assert.rejects(opened((await raster(5000)).repeat(3)), { message: /rasters of 75 megapixels/ });
});

test("what drawings have is drawn: groups, a filter, a style, a picture, 16 layers one in the other", async () => {
  const inner = `<style>circle{fill:red}</style><filter id="b"><feGaussianBlur stdDeviation="1"/></filter>
    ${'<g opacity=".9">'.repeat(16)}<circle r="40" filter="url(#b)"/>${"</g>".repeat(16)}
    ${'<g opacity=".5"/>'.repeat(100)}${await raster(20)}`;
  const { info } = await opened(inner);
  assert.deepEqual([info.width, info.height, info.format], [100, 100, "svg"]);
});
