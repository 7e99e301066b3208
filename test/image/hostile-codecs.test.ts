import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { BrokenSource, InvalidSource, ResultTooBig } from "../../lambda/errors.ts";
import { drawnAs, plain } from "../drawing.ts";
import { bmp, palette } from "./bmps.ts";
import { heic } from "./heics.ts";
import { ico, inside } from "./icos.ts";
import { boxed, jxlHead, quarters } from "./jxls.ts";

const colors = palette("000000", "ff0000", "00ff00");
const png = await plain(24, 24, "#ff0000").png().toBuffer();
const packed = inside({ width: 8, height: 4, bits: 32, pixels: "0000ff80".repeat(64) });

/** Pictures that we decode ourselves, or by a codec in WebAssembly. */
const pictures: Readonly<Record<string, Buffer>> = {
  "a BMP": bmp({ width: 8, height: 8, bits: 24, pixels: "0000ff".repeat(64) }),
  "a BMP with a palette": bmp({ width: 16, height: 8, bits: 4, colors, pixels: "01201201".repeat(16) }),
  "a BMP of runs": bmp({
    width: 16,
    height: 8,
    bits: 8,
    packing: 1,
    colors,
    pixels: "0801 0004 01020102 0000".repeat(8),
  }),
  "an ICO of a PNG": ico({ width: 24, height: 24, file: png }),
  "an ICO of a BMP": ico({ width: 8, height: 4, file: packed }),
  "a HEIC": heic({ alpha: true, turns: 1 }),
  "a HEIC of several pieces": heic({ grid: [2, 2] }),
  "a JPEG XL": quarters,
  "a JPEG XL in boxes": boxed(quarters, 2),
};

/** bytes that the process that draws has held at most. */
function mostHeld(): number {
  const list = execFileSync("ps", ["--ppid", String(process.pid), "-o", "pid=,args="], { encoding: "utf8" });
  const [pid] = list.split("\n").filter((line) => line.includes("drawing-process"));
  const status = pid ? readFileSync(`/proc/${Number.parseInt(pid, 10)}/status`, "utf8") : "";
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

/** Draws it, or is refused honestly. ms it took. */
async function honestly(bytes: Buffer): Promise<number> {
  const began = performance.now();
  await drawnAs("w:10/f:png", bytes).catch((error: unknown) => {
    if (![BrokenSource, InvalidSource, ResultTooBig].some((Kind) => error instanceof Kind)) throw error;
  });
  return performance.now() - began;
}

/** Once more where it took long: the machine may have been busy with other things. */
async function assertHonest(bytes: Buffer, what: string): Promise<void> {
  const ms = (await honestly(bytes)) < 1000 ? 0 : await honestly(bytes);
  assert.ok(ms < 1000, `${what}: ${ms} ms`);
}

describe("what is damaged is drawn or refused with 422 within a second and 300 MB", () => {
  for (const [name, file] of Object.entries(pictures)) {
    test(name, { skip: process.platform !== "linux" && "memory is read as Linux tells it" }, async () => {
      // The first one starts the process.
      await drawnAs("w:10/f:png", file);
      for (let length = 4; length < file.length; length += 10)
        await assertHonest(file.subarray(0, length), `its first ${length} bytes`);
      for (let at = 2; at < file.length; at += Math.ceil(file.length / 25)) {
        const flipped = Buffer.from(file);
        flipped.writeUInt8(flipped.readUInt8(at) ^ 0xff, at);
        await assertHonest(flipped, `byte ${at} flipped`);
      }
      assert.ok(mostHeld() < 300e6, `${mostHeld()} bytes`);
    });
  }
});

describe("a header that claims 60000x60000 is refused before anything is decoded", () => {
  const claims = { width: 60_000, height: 60_000 };
  for (const [name, bytes] of [
    ["BMP", bmp({ ...claims, bits: 24, pixels: "0000ff00" })],
    ["BMP of runs", bmp({ ...claims, bits: 8, packing: 1, colors, pixels: "0001" })],
    [
      "ICO",
      ico({ width: 0, height: 0, file: inside({ ...claims, height: 30_000, bits: 24, pixels: "0000ff00" }) }),
    ],
    ["HEIC", heic({ claims: [60_000, 60_000] })],
    ["HEIC of several pieces", heic({ grid: [2, 2], claims: [60_000, 60_000] })],
    ["JPEG XL", jxlHead(claims)],
    ["JPEG XL in boxes", boxed(jxlHead(claims))],
  ] as const) {
    test(name, async () => {
      await assert.rejects(drawnAs("w:10/f:png", bytes), { status: 422 });
      assert.ok(mostHeld() < 300e6, `${mostHeld()} bytes`);
    });
  }
});
