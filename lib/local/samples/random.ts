import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Numbers from 0 to 1 that are the same on every machine: a picture is drawn alike everywhere. */
export function random(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

/** A rolling line from -1 to 1 over x: three octaves of smooth noise, the first with a hill every `span`. */
export function rolling(seed: number, span: number): (x: number) => number {
  const octaves = [1, 2.3, 5.1].map((frequency, nth) => {
    const next = random(seed + nth);
    const heights = Array.from({ length: 256 }, () => next() * 2 - 1);
    return { frequency, heights, weight: 0.62 / 2.1 ** nth };
  });
  return (x) =>
    octaves.reduce((sum, { frequency, heights, weight }) => {
      const at = (x / span) * frequency + 64;
      const cell = Math.floor(at);
      const [here = 0, there = 0] = [heights[cell & 255], heights[(cell + 1) & 255]];
      const eased = (1 - Math.cos((at - cell) * Math.PI)) / 2;
      return sum + weight * (here + (there - here) * eased);
    }, 0);
}
