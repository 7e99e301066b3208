import assert from "node:assert/strict";
import { describe, test } from "node:test";
import sharp from "sharp";
import { drawnAs } from "../drawing.ts";

/** Black and white px in turn, which the eye takes for a grey of half the light. */
function chequered(width: number, height: number) {
  const data = Buffer.from(
    Array.from({ length: width * height }, (_, at) => (((at % width) + Math.floor(at / width)) % 2) * 255),
  );
  return sharp(data, { raw: { width, height, channels: 1 } }).toColourspace("srgb");
}

describe("IMGPROXY_USE_LINEAR_COLORSPACE", () => {
  const env = { IMGPROXY_USE_LINEAR_COLORSPACE: "1" };
  /** Of sRGB: half the light, and half the number. */
  const [light, number] = [188, 128];
  const near = (value: number | undefined, expected: number, said: string) =>
    assert.ok(Math.abs((value ?? 0) - expected) <= 2, `${said}: ${value}, about ${expected} expected`);

  test("has pictures scaled by light", async () => {
    const source = await chequered(64, 64).png().toBuffer();
    near((await drawnAs("w:16/f:png", source, env)).pixel(8, 8)[0], light, "linear");
    near((await drawnAs("w:16/f:png", source)).pixel(8, 8)[0], number, "not linear");
  });

  test("leaves everything else to the colours as they are", async () => {
    const source = await chequered(64, 64).png().toBuffer();
    near((await drawnAs("bl:4/f:png", source, env)).pixel(32, 32)[0], number, "blur alone");
    const drawn = await drawnAs("w:32/rot:90/pd:4/bg:123456/f:png", source, env);
    assert.deepEqual([drawn.width, drawn.height], [40, 40]);
    assert.deepEqual(drawn.pixel(0, 0), [0x12, 0x34, 0x56, 255]);
    near(drawn.pixel(20, 20)[0], light, "scaled");
  });

  test("keeps what is transparent so", async () => {
    const half = await sharp({
      create: { width: 40, height: 40, channels: 4, background: { r: 200, g: 100, b: 50, alpha: 0.5 } },
    })
      .png()
      .toBuffer();
    const [r, g, b, alpha] = (await drawnAs("w:10/f:png", half, env)).pixel(5, 5);
    near(r, 200, "red");
    near(g, 100, "green");
    near(b, 50, "blue");
    near(alpha, 128, "alpha");
  });

  test("leaves nothing of a JPEG to its decoder, which knows no light", async () => {
    const source = await chequered(256, 256).jpeg({ quality: 100 }).toBuffer();
    near((await drawnAs("w:16/f:png", source, env)).pixel(8, 8)[0], light, "a JPEG");
  });
});

test("the colours of a CMYK picture are read before anything else is made of them", async () => {
  const ink = sharp({ create: { width: 320, height: 240, channels: 3, background: "#c04020" } });
  const source = await ink.toColourspace("cmyk").withIccProfile("cmyk").jpeg().toBuffer();
  const plain = (await drawnAs("w:40/f:png", source)).pixel(5, 5);
  for (const name of ["IMGPROXY_USE_LINEAR_COLORSPACE", "IMGPROXY_DISABLE_SHRINK_ON_LOAD"]) {
    for (const options of ["w:40", "c:160:120/w:40", "t:10/w:40"]) {
      const drawn = await drawnAs(`${options}/f:png`, source, { [name]: "1" });
      const off = drawn.pixel(5, 5).map((value, at) => Math.abs(value - (plain[at] ?? 0)));
      assert.ok(Math.max(...off) <= 2, `${name} ${options}: ${drawn.pixel(5, 5)}, about ${plain} expected`);
    }
  }
});

describe("IMGPROXY_DISABLE_SHRINK_ON_LOAD", () => {
  const env = { IMGPROXY_DISABLE_SHRINK_ON_LOAD: "1" };
  const noise = sharp({
    create: {
      width: 320,
      height: 240,
      channels: 3,
      background: "#888",
      noise: { type: "gaussian", mean: 128, sigma: 40 },
    },
  });

  for (const format of ["jpeg", "webp"] as const) {
    test(`has a ${format} decoded whole and scaled then`, async () => {
      const source = await noise.clone().toFormat(format).toBuffer();
      const whole = await sharp(source).png().toBuffer();
      const expected = await sharp(whole).resize({ width: 32 }).ensureAlpha().raw().toBuffer();
      const off = (data: Buffer) =>
        data.reduce((most, value, at) => Math.max(most, Math.abs(value - (expected[at] ?? 0))), 0);
      assert.equal(off((await drawnAs("w:32/f:png", source, env)).data), 0);
      assert.ok(off((await drawnAs("w:32/f:png", source)).data) > 0);
    });
  }

  test("does not bear on shapes, which have no size of their own", async () => {
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="5" height="10" fill="red"/></svg>',
    );
    const drawn = await drawnAs("w:100/f:png", svg, env);
    assert.deepEqual(
      [drawn.pixel(49, 50), drawn.pixel(50, 50)],
      [
        [255, 0, 0, 255],
        [0, 0, 0, 0],
      ],
    );
  });
});
