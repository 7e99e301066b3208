import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { aperture } from "./aperture.ts";
import { balloon } from "./balloon.ts";
import { grained } from "./grain.ts";
import { hills } from "./hills.ts";
import { lighthouse } from "./lighthouse.ts";
import { tiles } from "./tiles.ts";

/** A picture to start with, drawn by code: the repository holds none. */
interface Sample {
  /** Its path in the folder, and its key in the bucket. */
  readonly file: string;
  /** px, upright */
  readonly width: number;
  readonly height: number;
  readonly scene: (width: number, height: number) => string;
  readonly encode: (image: Sharp) => Sharp;
}

/** 6 to 24 megapixels, with and without alpha; one lies on its side and says so, as cameras store them. */
const samples: readonly Sample[] = [
  {
    file: "hills.jpg",
    width: 6000,
    height: 4000,
    scene: hills,
    encode: (image) => grained(image).removeAlpha().jpeg({ quality: 88 }),
  },
  {
    file: "lighthouse.jpg",
    width: 2800,
    height: 4200,
    scene: lighthouse,
    encode: (image) => image.rotate(270).withMetadata({ orientation: 6 }).jpeg({ quality: 90 }),
  },
  {
    file: "tiles.png",
    width: 3600,
    height: 4800,
    scene: tiles,
    encode: (image) => image.removeAlpha().png(),
  },
  { file: "shapes/aperture.png", width: 2400, height: 2400, scene: aperture, encode: (image) => image.png() },
  {
    file: "shapes/balloon.webp",
    width: 2400,
    height: 3000,
    scene: balloon,
    encode: (image) => image.webp({ quality: 90, effort: 2 }),
  },
];

/** Hears of work: how much of how many is done. */
export type Progress = (done: number, of: number) => void;

/** Draws the sample pictures that are not in `folder` yet. */
export async function drawPictures(folder: string, progress: Progress = () => {}): Promise<void> {
  const missing = samples.filter(({ file }) => !existsSync(join(folder, file)));
  let done = 0;
  if (missing.length > 0) progress(done, missing.length);
  await Promise.all(
    missing.map(async (sample) => {
      await draw(sample, join(folder, sample.file));
      progress(++done, missing.length);
    }),
  );
}

async function draw({ width, height, scene, encode }: Sample, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const svg = Buffer.from(scene(width, height));
  const draft = `${path}.${process.pid}`;
  await encode(sharp(svg, { unlimited: true })).toFile(draft);
  // Whoever finds the file finds all of it.
  await rename(draft, path);
}
