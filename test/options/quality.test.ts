import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { drawnAs } from "../drawing.ts";

const grain = await sharp({
  create: {
    width: 300,
    height: 200,
    channels: 3,
    background: "#888",
    noise: { type: "gaussian", mean: 128, sigma: 40 },
  },
})
  .png()
  .toBuffer();

const bytes = async (options: string) => (await drawnAs(options, grain)).body.length;

test("a lower quality is a shorter file", async () => {
  const [low, high] = [await bytes("q:20/f:webp"), await bytes("q:90/f:webp")];
  assert.ok(low < high / 2, `${low} of ${high}`);
});

test("max_bytes is kept where a lower quality can keep it", async () => {
  assert.ok((await bytes("f:jpeg")) > 15_000);
  assert.ok((await bytes("f:jpeg/mb:15000")) <= 15_000);
});

test("max_bytes that no quality can keep is done as well as can be, not refused", async () => {
  const best = await bytes("f:jpeg/mb:10");
  assert.ok(best > 10 && best < (await bytes("f:jpeg/q:30")));
});

test("max_bytes leaves formats alone that lose nothing", async () => {
  assert.equal(await bytes("f:png/mb:1000"), await bytes("f:png"));
});
