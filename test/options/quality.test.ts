import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { drawnAs } from "../drawing.ts";
import { optionsOf } from "../options-of.ts";

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

test("format_quality is the quality of its format, unless quality says one or it is 0", async () => {
  const env = { IMGPROXY_FORMAT_QUALITY: "webp=50" };
  const webp = async (options: string) => (await drawnAs(`f:webp/${options}`, grain, env)).body;
  const [low, high, configured] = [await webp("q:10"), await webp("q:90"), await webp("q:50")];
  const same: readonly (readonly [string, Buffer | Uint8Array])[] = [
    ["fq:webp:10", low],
    ["fq:jpg:90:webp:10", low],
    ["fq:webp:10/fq:jpg:90", low],
    ["fq:webp:90/fq:webp:10", low],
    ["fq:webp:10/q:90", high],
    ["q:0/fq:webp:90", high],
    ["fq:webp:0", configured],
    ["fq:jpg:10", configured],
  ];
  for (const [options, expected] of same)
    assert.ok(Buffer.from(expected).equals(await webp(options)), options);
});

test("format_quality is refused where a format has no quality, or a quality no format", () => {
  for (const said of ["", "webp", "webp:", "webp:101", "webp:-1", "80", "webp:50:jpeg", "tif:50", ":50"])
    assert.throws(() => optionsOf(`fq:${said}`), { name: "InvalidUrl" }, said);
});
