import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { drawn } from "../pictures.ts";
import { type Answer, compare, psnrOf } from "./compare.ts";

const answer = (body: Buffer, type: string, status = 200): Answer => ({
  status,
  headers: { "content-type": type, etag: '"not compared"' },
  body,
});
const png = async (image = drawn(40, 30)) => answer(await image.png().toBuffer(), "image/png");

test("an answer differs from itself in nothing", async () => {
  const one = await png();
  assert.deepEqual(await compare(one, { ...one, headers: { "content-type": "image/png" } }), {
    differs: {},
    pictures: { lossless: true, exact: true, psnr: Infinity, lengthRatio: 1 },
  });
});

test("sides the other way round are another size", async () => {
  const { differs, pictures } = await compare(await png(), await png(drawn(30, 40)));
  assert.equal(differs.size, "40×30×1 ≠ 30×40×1");
  assert.deepEqual([pictures?.exact, pictures?.psnr], [false, undefined]);
});

test("a mirrored picture is another one", async () => {
  const mirrored = await drawn(40, 30).flop().png().toBuffer();
  const { differs } = await compare(await png(), answer(mirrored, "image/png"));
  assert.match(differs.picture ?? "", /^\d+\.\d dB$/);
});

test("a lower quality shows in the length", async () => {
  const jpeg = async (quality: number) =>
    answer(await drawn(200, 150).jpeg({ quality }).toBuffer(), "image/jpeg");
  const { differs } = await compare(await jpeg(80), await jpeg(60));
  assert.match(differs.length ?? "", /^\d+ ≠ \d+$/);
});

test("progressive, palette and profile are part of what a file says of itself", async () => {
  const image = drawn(40, 30);
  const other = sharp(await image.png().toBuffer());
  const { differs } = await compare(
    await png(image),
    await png(other.withIccProfile("p3").png({ progressive: true, palette: true })),
  );
  assert.match(differs.about ?? "", /≠ format png, profile, orientation 1, progressive, palette,/);
});

test("an upright picture may say so or not", async () => {
  const { differs } = await compare(await png(drawn(40, 30).withMetadata({ orientation: 1 })), await png());
  assert.doesNotMatch(differs.about ?? "", /orientation [^1]/);
});

test("errors differ by status, then by their words", async () => {
  const error = (status: number, text: string) => answer(Buffer.from(text), "text/plain", status);
  assert.deepEqual((await compare(error(404, "a"), error(403, "a"))).differs, { status: "404 ≠ 403" });
  assert.deepEqual((await compare(error(404, "a"), error(404, "b"))).differs, { text: "a ≠ b" });
});

test("colours nobody sees do not count", () => {
  assert.equal(psnrOf(Uint8Array.of(255, 0, 0, 0), Uint8Array.of(0, 255, 9, 0)), Infinity);
  // One of four values off by 51, a fifth of the range: 10 log10(4 × 25).
  assert.ok(Math.abs(psnrOf(Uint8Array.of(51, 0, 0, 255), Uint8Array.of(0, 0, 0, 255)) - 20) < 1e-9);
});
