import sharp from "sharp";
import { heic } from "../image/heics.ts";
import { drawn } from "../pictures.ts";
import { photograph } from "./subject.ts";

/** A request, and what bare sharp is asked to draw the same. */
export interface Drawing {
  readonly options: string;
  readonly source: () => Promise<Buffer>;
  readonly bare: (bytes: Buffer) => Promise<unknown>;
  /** Ours may take so many times the CPU of bare sharp. */
  readonly most: number;
}

const FRAMES = 40;
const frame = { width: 480, height: 360 };

/** The mark that is laid over pictures. */
export const mark = await drawn(400, 300, { alpha: true }).png().toBuffer();

const twelve = () => photograph(4000, 3000);
const jpeg = { quality: 80 } as const;

/** Work as people ask for it, by name. */
export const drawings: Readonly<Record<string, Drawing>> = {
  resize: {
    options: "rs:fit:720:720/f:jpg",
    source: twelve,
    bare: (bytes) => sharp(bytes).resize(720, 540, { fit: "fill" }).jpeg(jpeg).toBuffer(),
    most: 1.15,
  },
  "resize + watermark": {
    options: "rs:fit:720:720/wm:0.5:soea:10:10:0.2/f:jpg",
    source: twelve,
    bare: async (bytes) => {
      const input = await sharp(mark)
        .resize(144, 108)
        .ensureAlpha(0.5)
        .png({ compressionLevel: 0 })
        .toBuffer();
      return sharp(bytes)
        .resize(720, 540, { fit: "fill" })
        .composite([{ input, left: 566, top: 422 }])
        .jpeg(jpeg)
        .toBuffer();
    },
    most: 1.15,
  },
  "crop + resize": {
    options: "c:3000:2000:ce/rs:fit:600:600/f:jpg",
    source: twelve,
    bare: (bytes) =>
      sharp(bytes)
        .extract({ left: 500, top: 500, width: 3000, height: 2000 })
        .resize(600, 400, { fit: "fill" })
        .jpeg(jpeg)
        .toBuffer(),
    most: 1.15,
  },
  "resize + blur + padding": {
    options: "w:600/bl:2/pd:20/bg:fff/f:jpg",
    source: twelve,
    bare: (bytes) =>
      sharp(bytes)
        .resize(600, 450, { fit: "fill" })
        .blur(2)
        .extend({ top: 20, bottom: 20, left: 20, right: 20, background: "#fff" })
        .jpeg(jpeg)
        .toBuffer(),
    most: 1.25,
  },
  "GIF of 40 frames to WebP": {
    options: `w:${frame.width / 2}/f:webp`,
    source: movingGif,
    bare: (bytes) =>
      sharp(bytes, { animated: true })
        .resize(frame.width / 2)
        .webp(jpeg)
        .toBuffer(),
    // Bare sharp draws all frames as one tall picture, and lets each reach into the next.
    most: 1.6,
  },
  "HEIC of 12 megapixels": {
    options: "rs:fit:720:720/f:jpg",
    source: async () => heic({ side: 512, grid: [8, 6] }),
    bare: bareHeic,
    most: 1.25,
  },
};

/** A GIF whose frames are a photograph that moves to the left. */
async function movingGif(): Promise<Buffer> {
  const { width, height } = frame;
  const wide = sharp(await photograph(width + 4 * FRAMES, height));
  const frames = Array.from({ length: FRAMES }, (_, at) =>
    wide
      .clone()
      .extract({ left: 4 * at, top: 0, ...frame })
      .raw()
      .toBuffer(),
  );
  const raw = { width, height: height * FRAMES, channels: 3, pageHeight: height } as const;
  const delay = Array.from({ length: FRAMES }, () => 50);
  return sharp(Buffer.concat(await Promise.all(frames)), { raw })
    .gif({ delay, effort: 1 })
    .toBuffer();
}

/** The same decoder as ours, handed to sharp at once: sharp reads no HEIC. */
async function bareHeic(bytes: Buffer): Promise<unknown> {
  const { heifImage } = await import("../../lambda/image/decoders/libheif.ts");
  const image = await heifImage(bytes);
  const { width, height, channels } = image;
  const pixels = Buffer.allocUnsafe(width * height * channels);
  image.decode((line, y) => pixels.set(line, y * width * channels));
  return sharp(pixels, { raw: { width, height, channels } }).resize(720).jpeg(jpeg).toBuffer();
}
