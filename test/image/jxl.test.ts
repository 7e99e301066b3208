import assert from "node:assert/strict";
import { describe, test } from "node:test";
import sharp from "sharp";
import { type JxlHeader, jxlHeader } from "../../lambda/image/decoders/jxl-header.ts";
import { drawnAs } from "../drawing.ts";
import { drawn } from "../pictures.ts";
import { boxed, jxlHead, packed, quarters, turnedQuarters, type Written } from "./jxls.ts";

const near = (found: readonly number[], ...color: readonly number[]) =>
  assert.ok(
    color.every((value, band) => Math.abs(value - (found[band] ?? -99)) < 30),
    `${found}, not ${color}`,
  );

describe("a JPEG XL is drawn", () => {
  test("as it is coded", async () => {
    const { width, height, pixel } = await drawnAs("f:png", quarters);
    assert.deepEqual([width, height], [64, 32]);
    near(pixel(16, 8), 255, 0, 0, 255);
    near(pixel(48, 8), 0, 255, 0, 255);
    near(pixel(16, 24), 0, 0, 255, 255);
    near(pixel(48, 24), 255, 255, 255, 255);
  });

  test("from boxes, one or several", async () => {
    const { data } = await drawnAs("f:png", quarters);
    for (const parts of [0, 1, 3])
      assert.ok((await drawnAs("f:png", boxed(quarters, parts))).data.equals(data));
  });

  test("upright", async () => {
    const { width, height, pixel } = await drawnAs("f:png", turnedQuarters);
    assert.deepEqual([width, height], [32, 64]);
    near(pixel(8, 16), 0, 0, 255, 255);
    near(pixel(24, 16), 255, 0, 0, 255);
    near(pixel(8, 48), 255, 255, 255, 255);
  });
});

describe("the header of a JPEG XL tells its size and whether it has alpha", () => {
  const size = { width: 300, height: 200 };
  /** 8 bits a channel. */
  const depth: Written = [[0, 3]];
  /** Nothing beside the size, 8 bits, and the usual buffers. */
  const usual: Written = [[0, 2], ...depth, [1, 1]];
  /** An extra channel of a type, 8 bits deep, in full size, with a name of three letters. */
  const channel = (type: number): Written => [[0, 1], [type, 2], ...depth, [0, 2], [1, 2], [3, 4], [0, 24]];

  for (const [what, written, expected] of [
    ["all as usual", [[1, 1]], { ...size, alpha: false }],
    ["no extra channel", [...usual, [0, 2]], { ...size, alpha: false }],
    ["alpha as usual", [...usual, [1, 2], [1, 1]], { ...size, alpha: true }],
    ["alpha, said in full", [...usual, [1, 2], ...channel(0)], { ...size, alpha: true }],
    ["depth alone", [...usual, [1, 2], ...channel(1)], { ...size, alpha: false }],
    ["depth, then alpha", [...usual, [2, 2], [0, 4], ...channel(1), [1, 1]], { ...size, alpha: true }],
    [
      "floats of 16 bits",
      [
        [0, 2],
        [1, 1],
        [1, 2],
        [4, 4],
        [1, 1],
        [1, 2],
        [1, 1],
      ],
      { ...size, alpha: true },
    ],
    [
      "turned",
      [[0, 1], [1, 1], [5, 3], [0, 3], ...depth, [1, 1], [0, 2]],
      { width: 200, height: 300, alpha: false },
    ],
    ["upside down", [[0, 1], [1, 1], [2, 3], [0, 3], ...depth, [1, 1], [0, 2]], { ...size, alpha: false }],
    [
      "another size it is meant for, and frames",
      [
        [0, 1],
        [1, 1],
        [0, 3],
        [1, 1],
        [1, 1],
        [4, 5],
        [2, 3],
        [0, 1],
        [1, 1],
        [0, 4],
        [0, 2],
        [0, 1],
        ...depth,
        [1, 1],
        [1, 2],
        [1, 1],
      ],
      { ...size, alpha: true },
    ],
    [
      "a preview",
      [
        [0, 1],
        [1, 1],
        [0, 3],
        [0, 1],
        [1, 1],
        [0, 1],
        [0, 2],
        [9, 6],
        [1, 3],
        [0, 1],
        ...depth,
        [1, 1],
        [1, 2],
        [1, 1],
      ],
      { ...size, alpha: true },
    ],
  ] as const satisfies readonly (readonly [string, Written, JxlHeader])[]) {
    test(what, () => assert.deepEqual(jxlHeader(jxlHead(size, written)), expected));
  }

  // The ratios of the format: 1:1, 12:10, 4:3, 3:2, 16:9, 5:4 and 2:1.
  for (const [at, width] of [32, 38, 42, 48, 56, 40, 64].entries()) {
    test(`a height in eights, and of a ratio to it ${width} px`, () => {
      const written: Written = [
        [1, 1],
        [32 / 8 - 1, 5],
        [1 + at, 3],
        [1, 1],
      ];
      const head = Buffer.concat([Buffer.from("ff0a", "hex"), packed(written)]);
      assert.deepEqual(jxlHeader(head), { width, height: 32, alpha: false });
    });
  }
});

describe("a JPEG XL that is none is refused", () => {
  const refused = (bytes: Buffer) => assert.rejects(drawnAs("w:10/f:png", bytes), { status: 422 });

  test("of more pixels than are allowed, by what it says", async () => {
    await refused(jxlHead({ width: 60_000, height: 60_000 }));
    await refused(jxlHead({ width: 2 ** 30, height: 2 ** 30 }));
  });

  test("of more than the function's memory decodes", async () => {
    await assert.rejects(drawnAs("w:10/f:png", jxlHead({ width: 5000, height: 4000 })), {
      name: "InvalidSource",
      message: "5000x4000: decoding it takes 1300000000 of 1112958566 bytes",
    });
  });
});

describe("a JPEG XL is written", () => {
  const source = drawn(64, 48, { alpha: true }).png().toBuffer();

  test("with alpha, near to what it was", async () => {
    const { data, format, width, height } = await drawnAs("q:95/f:jxl", await source);
    assert.deepEqual([format, width, height], ["jxl", 64, 48]);
    const whole = await sharp(await source)
      .raw()
      .toBuffer();
    const far = [...whole].map((value, at) => Math.abs(value - (data[at] ?? 0)));
    assert.ok(far.reduce((sum, one) => sum + one, 0) / far.length < 6);
  });

  test("smaller at a lower quality, by the URL or by the environment", async () => {
    const length = async (options: string, env = {}) =>
      (await drawnAs(options, await source, env)).body.length;
    const low = await length("q:30/f:jxl");
    assert.ok(low < (await length("q:90/f:jxl")) / 1.5);
    assert.equal(await length("f:jxl", { IMGPROXY_FORMAT_QUALITY: "jxl=30" }), low);
  });

  test("at quality 77 and effort 4 where nothing is said", async () => {
    const body = async (options: string, env = {}) =>
      Buffer.from((await drawnAs(options, await source, env)).body);
    const plain = await body("f:jxl");
    assert.ok(plain.equals(await body("q:77/f:jxl", { IMGPROXY_JXL_EFFORT: "4" })));
    assert.ok(!plain.equals(await body("f:jxl", { IMGPROXY_JXL_EFFORT: "7" })));
  });
});
