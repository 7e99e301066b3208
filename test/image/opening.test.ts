import assert from "node:assert/strict";
import { describe, test } from "node:test";
import sharp from "sharp";
import { Deadline } from "../../lambda/deadline.ts";
import { InvalidSource } from "../../lambda/errors.ts";
import { open } from "../../lambda/image/open.ts";
import { drawnAs, plain } from "../drawing.ts";
import { claiming, drawn } from "../pictures.ts";
import { limitsIn } from "../services.ts";

const opened = async (bytes: Buffer, megapixels = "50") =>
  (await open({ bytes }, {}, limitsIn({ IMGPROXY_MAX_SRC_RESOLUTION: megapixels }), Deadline.in(5000))).info;

const hex = (digits: string) => Buffer.from(digits.replaceAll(" ", ""), "hex");

describe("a source of more megapixels than the environment allows is refused", () => {
  test("200x100 is 0.02 megapixels", async () => {
    const bytes = await plain(200, 100, "#ff0000").png().toBuffer();
    assert.equal((await opened(bytes, "0.02")).width, 200);
    await assert.rejects(opened(bytes, "0.0199"), InvalidSource);
  });

  test("before a pixel is decoded", async () => {
    await assert.rejects(opened(await claiming(7072, 7072)), {
      name: "InvalidSource",
      message: "7072x7072: 50 megapixels at most",
    });
    assert.equal((await opened(await claiming(7071, 7071))).width, 7071);
  });

  test("and the environment may allow more than sharp does by itself", async () => {
    const { width, height } = await opened(await claiming(20_000, 20_000), "400");
    assert.deepEqual([width, height], [20_000, 20_000]);
  });
});

describe("a slightly damaged picture is drawn", () => {
  const picture = drawn(120, 80);
  for (const format of ["jpeg", "png"] as const) {
    test(`${format} without its last bytes`, async () => {
      const bytes = await picture.clone().toFormat(format).toBuffer();
      const { width, height, pixel } = await drawnAs("f:png", bytes.subarray(0, bytes.length - 200));
      assert.deepEqual([width, height], [120, 80]);
      // As `drawn` says: red grows to the right, green downwards.
      const [red = 0, green = 0] = pixel(60, 8);
      assert.ok(Math.abs(red - 127) < 20 && Math.abs(green - 25) < 20, `${pixel(60, 8)}`);
    });
  }
});

test("a picture with more channels than sharp takes by itself is opened", async () => {
  const raw = { width: 8, height: 8, channels: 1 } as const;
  const channel = Buffer.alloc(64, 128);
  const six = await sharp(channel, { raw })
    .joinChannel([channel, channel, channel, channel, channel], { raw })
    .tiff({ compression: "none" })
    .toBuffer();
  const { width, height, format } = await opened(six);
  assert.deepEqual([width, height, format], [8, 8, "tiff"]);
});

test("bytes that only resemble a picture's are none at all", async () => {
  for (const head of [
    "424e 3a000000",
    "00000101",
    "ff0b 7f00",
    "00000018 66747970 6d703432",
    "00000018 66747970 61766973",
  ])
    await assert.rejects(opened(hex(head + "00".repeat(40))), InvalidSource);
});

/** An AVIF as another program may write it: its first brand is another. */
async function branded(brand: string): Promise<Buffer> {
  const avif = await drawn(64, 48).avif({ effort: 0 }).toBuffer();
  avif.write(brand, 8, "latin1");
  return avif;
}

test("an AVIF is opened as AVIF", async () => {
  assert.equal((await opened(await branded("avif"))).format, "avif");
});

test("an AVIF whose first brand is mif1 is opened as AVIF", async () => {
  assert.equal((await opened(await branded("mif1"))).format, "avif");
});
