import type { Sharp } from "sharp";
import { random } from "./random.ts";

/** px of the square that repeats. */
const TILE = 1024;
/** How far a pixel strays from grey, of 255. */
const STRENGTH = 36;

/** Gives a drawing the grain of a photograph, so that it weighs as much when it is encoded. */
export function grained(image: Sharp): Sharp {
  const next = random(3);
  const input = Buffer.from(
    Uint8Array.from({ length: TILE * TILE }, () => 128 + STRENGTH * (next() + next() - 1)),
  );
  const raw = { width: TILE, height: TILE, channels: 1 } as const;
  return image.composite([{ input, raw, tile: true, blend: "soft-light" }]);
}
