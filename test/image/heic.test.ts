import assert from "node:assert/strict";
import { describe, test } from "node:test";
import sharp from "sharp";
import { Deadline } from "../../lambda/deadline.ts";
import { openHere } from "../../lambda/image/decoders/here.ts";
import { open } from "../../lambda/image/open.ts";
import { drawnAs } from "../drawing.ts";
import { foreignPictures } from "../pictures.ts";
import { limitsIn } from "../services.ts";
import { type HeicParts, heic } from "./heics.ts";

const infoOf = async (bytes: Buffer) => (await open({ bytes }, {}, limitsIn(), Deadline.in(10_000))).info;

const names = { red: [255, 0, 0], green: [0, 255, 0], blue: [0, 0, 255], white: [255, 255, 255] } as const;

/** The quarters of a picture by name, from the top left, line by line. */
async function quartersOf(parts: HeicParts): Promise<string> {
  const { pixel, width, height } = await drawnAs("f:png", heic(parts));
  const places = [1, 3].flatMap((y) => [1, 3].map((x) => [(x * width) / 4, (y * height) / 4] as const));
  return places.map(([x, y]) => nameOf(pixel(x, y))).join(" ");
}

const nameOf = (found: readonly number[]) =>
  Object.entries(names).find(([, color]) =>
    color.every((value, band) => Math.abs(value - (found[band] ?? -99)) < 12),
  )?.[0] ?? String(found);

describe("a HEIC is drawn", () => {
  test("as it is coded", async () => {
    assert.deepEqual(await infoOf(heic()), {
      width: 64,
      height: 64,
      orientation: 1,
      alpha: false,
      grey: false,
      deep: false,
      foreign: false,
      profile: false,
      paletteBits: 0,
      encoded: true,
      vector: false,
      format: "heic",
    });
    assert.equal(await quartersOf({}), "red green blue white");
  });

  test("of 10 bits", async () => {
    assert.equal(await quartersOf({ bits: 10 }), "red green blue white");
  });

  for (const [turns, quarters] of [
    [1, "green white red blue"],
    [2, "white blue green red"],
    [3, "blue red white green"],
  ] as const) {
    test(`upright, after ${turns} quarter turns counter-clockwise`, async () => {
      assert.equal(await quartersOf({ turns }), quarters);
    });
  }

  test("mirrored where it says so, after it was turned", async () => {
    assert.equal(await quartersOf({ mirrored: true }), "green red white blue");
    assert.equal(await quartersOf({ mirrored: true, turns: 1 }), "white green blue red");
  });

  test("a turned one has the size that is seen", async () => {
    const { width, height } = await infoOf(heic({ grid: [2, 1], turns: 3 }));
    assert.deepEqual([width, height], [64, 128]);
  });

  test("with its alpha", async () => {
    assert.equal((await infoOf(heic({ alpha: true }))).alpha, true);
    const { pixel } = await drawnAs("f:png", heic({ alpha: true }));
    assert.deepEqual([pixel(16, 16)[3], pixel(48, 16)[3]], [255, 64]);
  });

  test("of several pieces", async () => {
    const { pixel, width, height } = await drawnAs("f:png", heic({ grid: [3, 2] }));
    assert.deepEqual([width, height], [192, 128]);
    for (const [x, y] of [
      [16, 16],
      [144, 16],
      [80, 80],
    ] as const)
      assert.equal(nameOf(pixel(x, y)), "red", `${x}, ${y}`);
  });

  test("in the colours of its profile, which are made sRGB's", async () => {
    const p3 = await profile("p3");
    const file = heic({ profile: p3 });
    assert.equal((await infoOf(file)).profile, true);
    const { pixel, metadata } = await drawnAs("f:png", file);
    // The green of Display P3 is beyond sRGB's, and becomes all of it; half of it is another.
    assert.equal(nameOf(pixel(48, 16)), "green");
    assert.equal((await metadata()).hasProfile, false);
    const { pixels } = await openHere({ bytes: file });
    assert.equal((await pixels().metadata()).icc?.length, p3.length);
  });

  test("with a profile and alpha", async () => {
    const { pixel } = await drawnAs("f:png", heic({ profile: await profile("p3"), alpha: true }));
    assert.equal(nameOf(pixel(48, 16)), "green");
    assert.deepEqual([pixel(16, 16)[3], pixel(48, 16)[3]], [255, 64]);
  });

  test("a profile of sRGB's changes nothing", async () => {
    assert.equal((await infoOf(heic({ profile: await profile("srgb") }))).profile, true);
    assert.equal(await quartersOf({ profile: await profile("srgb") }), "red green blue white");
  });

  test("scaled as what it holds is", async () => {
    const { pixels } = await openHere({ bytes: heic() });
    const whole = await pixels().png().toBuffer();
    const { data } = await drawnAs("w:20/f:png", heic());
    assert.deepEqual(data, await sharp(whole).resize(20).ensureAlpha().raw().toBuffer());
  });
});

/** A profile that sharp knows. */
async function profile(name: string): Promise<Buffer> {
  const png = await sharp({ create: { width: 1, height: 1, channels: 3, background: "#fff" } })
    .withIccProfile(name)
    .png()
    .toBuffer();
  const { icc } = await sharp(png).metadata();
  assert.ok(icc);
  return icc;
}

describe("a HEIC that is none is refused", () => {
  const refused = async (bytes: Buffer, env = {}) =>
    assert.rejects(drawnAs("w:10/f:png", bytes, env), { status: 422 });

  test("of another size than it says", async () => {
    for (const claims of [
      [100, 100],
      [32, 32],
    ] as const)
      await refused(heic({ claims }));
  });

  test("of more pixels than are allowed, by what it says", async () => {
    await refused(heic({ claims: [60_000, 60_000] }));
    await refused(heic({ grid: [1, 1], claims: [60_000, 60_000] }));
    await refused(heic({ grid: [200, 100] }), { IMGPROXY_MAX_SRC_RESOLUTION: "50" });
  });
});

test("imgproxy's HEIC is drawn", { skip: foreignPictures.missing }, async () => {
  const { width, height, pixel } = await drawnAs("f:png", foreignPictures.read("gopher-front.heif"));
  assert.deepEqual([width, height], [202, 259]);
  const { data } = await sharp(foreignPictures.read("gopher-front.avif"))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  // The same picture as AVIF.
  const theirs = (x: number, y: number) => [...data.subarray((y * 202 + x) * 4, (y * 202 + x) * 4 + 4)];
  for (const [x, y] of [
    [3, 3],
    [100, 100],
    [70, 180],
  ] as const) {
    const far = pixel(x, y).map((value, band) => Math.abs(value - (theirs(x, y)[band] ?? 0)));
    assert.ok(Math.max(...far) < 24, `${x}, ${y}: ${pixel(x, y)}, ${theirs(x, y)}`);
  }
});
