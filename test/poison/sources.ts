import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { photograph } from "../bench/subject.ts";

/** A request that drawing alone may make dear: what lies in the bucket, and what is asked of it. */
export interface Poison {
  readonly name: string;
  readonly options: string;
  readonly source: () => Promise<Uint8Array> | Uint8Array;
  /** As in Content-Encoding. */
  readonly encoding?: "gzip";
}

const xmlns = 'xmlns="http://www.w3.org/2000/svg"';
const noise = (width: number, height: number) =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: "#808080",
      noise: { type: "gaussian", mean: 128, sigma: 60 },
    },
  });

/** Groups in groups, each half transparent, each with a canvas of its own. */
const opacities = (depth: number) =>
  `<svg ${xmlns} width="2000" height="2000">${'<g opacity=".99">'.repeat(depth)}<rect width="2000" height="2000" fill="red"/>${"</g>".repeat(depth)}</svg>`;

const blurredCircles = (count: number) =>
  `<svg ${xmlns} width="2000" height="2000"><filter id="b"><feGaussianBlur stdDeviation="20"/></filter>${Array.from(
    { length: count },
    (_, at) => `<circle cx="${(at * 37) % 2000}" cy="${(at * 91) % 2000}" r="50" filter="url(#b)"/>`,
  ).join("")}</svg>`;

/** A progressive JPEG whose last scan comes again and again. */
async function scans(count: number): Promise<Buffer> {
  const jpeg = await noise(160, 120).jpeg({ progressive: true }).toBuffer();
  const last = jpeg.lastIndexOf(Buffer.from([0xff, 0xda]));
  const end = jpeg.length - 2;
  return Buffer.concat([
    jpeg.subarray(0, end),
    ...Array.from({ length: count }, () => jpeg.subarray(last, end)),
    jpeg.subarray(end),
  ]);
}

const photo = () => photograph(2400, 1800);
const huge = () => noise(8000, 6100).jpeg({ quality: 60 }).toBuffer();

/** What has held, killed or starved an environment. */
export const poisons: readonly Poison[] = [
  { name: "AVIF of 4.3 MP enlarged to 49 MP", options: "rs:force:8000:6100/el:1/f:avif", source: photo },
  { name: "GIF of 4.3 MP", options: "f:gif", source: photo },
  { name: "PNG to 49 MP", options: "rs:force:8000:6100/el:1/f:png", source: photo },
  { name: "blur 1e9", options: "bl:1000000000", source: photo },
  { name: "sharpen 100 of 49 MP", options: "sh:100", source: huge },
  { name: "smart crop of 49 MP", options: "c:7000:5000:sm/f:jpeg", source: huge },
  {
    name: "1x900 turned to 1.5 GP",
    options: "w:1300/el:1/rot:90/f:webp",
    source: () => noise(1, 900).png().toBuffer(),
  },
  { name: "SVG of 60 nested opacities", options: "w:2000/f:png", source: () => Buffer.from(opacities(60)) },
  {
    name: "SVG of 50,000 blurred circles",
    options: "w:2000/f:png",
    source: () => Buffer.from(blurredCircles(50_000)),
  },
  {
    name: "PNG 50,000,000x1",
    options: "f:png",
    source: () => noise(50_000_000, 1).png({ compressionLevel: 1 }).toBuffer(),
  },
  { name: "JPEG of 20,000 scans", options: "w:300", source: () => scans(20_000) },
  {
    name: "gzip bomb",
    options: "w:300",
    source: () => gzipSync(Buffer.concat([Buffer.from("BM"), Buffer.alloc(2 ** 30)])),
    encoding: "gzip",
  },
];
