import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { Deadline } from "../../lambda/deadline.ts";
import { open } from "../../lambda/image/open.ts";
import { run } from "../../lambda/image/run.ts";
import { underLoad } from "../load.ts";
import { type Env, limitsIn } from "../services.ts";

const opened = (bytes: Uint8Array) => open({ bytes }, {}, limitsIn(), Deadline.in(10_000));

/** A little-endian TIFF of 1x1 px, of so many channels and so often the same page. */
function tiff(channels: number, pages: number): Buffer {
  const entries: readonly (readonly [tag: number, type: number, count: number, value: number])[] = [
    [256, 3, 1, 1],
    [257, 3, 1, 1],
    [258, 3, 1, 8],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [273, 4, 1, 8],
    [277, 3, 1, channels],
    [278, 3, 1, 1],
    [279, 4, 1, channels],
  ];
  const [start, size] = [512, 2 + entries.length * 12 + 4];
  const file = Buffer.alloc(start + pages * size);
  file.write("II*\0", 0, "latin1");
  file.writeUInt32LE(start, 4);
  for (let page = 0; page < pages; page++) {
    const at = start + page * size;
    file.writeUInt16LE(entries.length, at);
    for (const [place, [tag, type, count, value]] of entries.entries()) {
      const entry = at + 2 + place * 12;
      file.writeUInt16LE(tag, entry);
      file.writeUInt16LE(type, entry + 2);
      file.writeUInt32LE(count, entry + 4);
      file.writeUInt32LE(value, entry + 8);
    }
    file.writeUInt32LE(page < pages - 1 ? at + size : 0, at + size - 4);
  }
  return file;
}

test("a TIFF of one page is opened, one of sixty thousand is refused", async () => {
  assert.equal((await opened(tiff(1, 1))).info.width, 1);
  const began = performance.now();
  await assert.rejects(opened(tiff(1, 60_000)), { name: "InvalidSource", status: 422 });
  assert.ok(performance.now() - began < underLoad(3000), `${performance.now() - began} ms`);
});

test("two hundred channels are no picture", async () => {
  await assert.rejects(opened(tiff(200, 1)), { status: 422 });
});

test("a size that a codec cannot write is too big, not broken", async () => {
  const wide = () => sharp({ create: { width: 20_000, height: 1, channels: 3, background: "red" } }).webp();
  await assert.rejects(run(wide, Deadline.in(5000)), { name: "ResultTooBig", status: 422 });
});

test("a library's own limits hold, but for the formats that the environment says", async () => {
  const long = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"><g class="${"x".repeat(11e6)}"/></svg>`,
  );
  const openIn = (bytes: Uint8Array, env: Env) => open({ bytes }, {}, limitsIn(env), Deadline.in(10_000));
  await assert.rejects(openIn(long, { IMGPROXY_PNG_UNLIMITED: "true" }), { status: 422 });
  const { info } = await openIn(long, { IMGPROXY_SVG_UNLIMITED: "true" });
  assert.deepEqual([info.width, info.height], [4, 3]);
  const drawn = sharp({ create: { width: 4, height: 3, channels: 3, background: "red" } });
  for (const format of ["png", "tiff"] as const) {
    const bytes = await drawn.toFormat(format).toBuffer();
    const unlimited = async (env: Env) => (await openIn(bytes, env)).unlimited;
    assert.equal(await unlimited({ [`IMGPROXY_${format.toUpperCase()}_UNLIMITED`]: "true" }), true);
    assert.equal(await unlimited({ IMGPROXY_SVG_UNLIMITED: "true" }), false);
  }
});
