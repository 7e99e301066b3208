import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { drawnAs } from "../drawing.ts";
import { oracle } from "../oracle.ts";
import { foreignPictures } from "../pictures.ts";

interface Drawn {
  readonly id: string;
  readonly source: string;
  readonly options: string;
  readonly width: number;
  readonly height: number;
  readonly rgbaSha256: string;
  readonly sharpPixelExact: boolean;
}

describe("geometry: a picture is imgproxy's picture", { skip: foreignPictures.missing }, () => {
  for (const { id, source, options, width, height, rgbaSha256, sharpPixelExact } of oracle<Drawn>(
    "geometry",
  )) {
    test(`${id} ${options}`, async () => {
      const drawn = await drawnAs(options, foreignPictures.read(source));
      assert.deepEqual({ width: drawn.width, height: drawn.height }, { width, height });
      // Where sharp's second factor differs by a fraction of a px, only the size can be held.
      if (sharpPixelExact) assert.equal(createHash("sha256").update(drawn.data).digest("hex"), rgbaSha256);
    });
  }
});
