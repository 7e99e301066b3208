import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isFileOf, isWholeFile } from "../lambda/whole-file.ts";
import { drawn } from "./pictures.ts";

const base = () => drawn(64, 48, { alpha: true });

describe("a file is whole to its last byte", () => {
  for (const [type, file] of [
    ["image/jpeg", () => base().jpeg().toBuffer()],
    ["image/png", () => base().png().toBuffer()],
    ["image/gif", () => base().gif().toBuffer()],
    ["image/webp", () => base().webp().toBuffer()],
    ["image/avif", () => base().avif().toBuffer()],
  ] as const) {
    test(type, async () => {
      const bytes = await file();
      assert.equal(isFileOf(type, bytes), true);
      for (const cut of [1, 2, 7, 30, bytes.length >> 1])
        assert.equal(isWholeFile(bytes.subarray(0, bytes.length - cut)), false, `${cut} bytes less`);
      for (const other of ["image/bmp", "text/html", undefined]) assert.equal(isFileOf(other, bytes), false);
    });
  }

  test("SVG", () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="1" height="1"/></svg>';
    assert.equal(isWholeFile(Buffer.from(`${svg}\n<!-- made by hand -->\n`)), true);
    assert.equal(isWholeFile(Buffer.from('<svg width="1" height="1"/>')), true);
    assert.equal(isWholeFile(Buffer.from(svg.slice(0, -1))), false);
  });
});

test("zeros after the end of a JPEG or GIF are no part of it", async () => {
  const jpeg = await drawn(8, 8).jpeg().toBuffer();
  assert.equal(isWholeFile(Buffer.concat([jpeg, Buffer.alloc(100)])), true);
});

test("nothing, and what is no picture, is no whole file", () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from("<html></html>"), Buffer.from("plain")])
    assert.equal(isWholeFile(bytes), false);
});
