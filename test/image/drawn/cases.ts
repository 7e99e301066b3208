import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { drawing } from "../../../lambda/url/drawing-version.ts";
import { drawnAs } from "../../drawing.ts";
import { drawn } from "../../pictures.ts";

/** Hashes of pictures, and what drew them. */
export interface Drawn {
  readonly drawing: { readonly version: number; readonly sharp: string };
  readonly hashes: Readonly<Record<string, string>>;
}

/** The hashes that were written last. */
export const file = new URL("hashes.json", import.meta.url);
export const written = (): Drawn => JSON.parse(readFileSync(file, "utf8"));

const sources = {
  jpeg: drawn(320, 240).jpeg({ quality: 90 }),
  turned: drawn(160, 120).withMetadata({ orientation: 6 }).jpeg({ quality: 90 }),
  grey: drawn(160, 120).greyscale().png(),
  deep: drawn(160, 120).toColourspace("rgb16").png(),
  alpha: drawn(160, 120, { alpha: true }).png(),
  palette: drawn(160, 120).png({ palette: true, colours: 32 }),
  webp: drawn(160, 120, { alpha: true }).webp({ lossless: true }),
  svg: Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="120"><circle cx="60" cy="50" r="40" fill="#36c"/></svg>',
  ),
};

const watermark = await drawn(40, 25, { alpha: true }).png().toBuffer();

/** Options, each drawn of the large JPEG as PNG, where no pixel is lost. */
const strokes = [
  "w:100",
  "rs:fill:90:90",
  "rs:fill-down:900:90",
  "rs:force:90:33",
  "rs:fit:500:500:1",
  "rs:fill:60:90/g:sm",
  "rs:fill:60:90/g:nowe:5:7",
  "w:50/dpr:1.5",
  "c:100:80:soea/w:50",
  "w:60/pd:5:10/bg:ff8000",
  "w:60/ex:1/h:90/bg:0af",
  "w:60/exar:1/h:90/bg:0af",
  "w:100/bl:2",
  "w:100/sh:0.7",
  "w:100/pix:8",
  "w:100/rot:90/fl:1",
  "z:0.3",
  "w:100/wm:0.5:soea:5:-3",
  "w:100/wm:1:re:3:2:0.2",
];
const formats = ["jpg", "png", "webp", "avif", "gif", "tiff"];

/** Source and options, by a name that says both. */
const cases = [
  ...strokes.map((options) => ["jpeg", `${options}/f:png`] as const),
  ...Object.keys(sources).map((source) => [source as keyof typeof sources, "w:90/f:png"] as const),
  ...formats.map((format) => ["alpha", `w:90/f:${format}`] as const),
  ...formats.map((format) => ["turned", `w:90/f:${format}/q:60`] as const),
];

/** Draws every case, and hashes what its file shows: format, size and decoded pixels. */
export async function draw(): Promise<Drawn> {
  const entries = await Promise.all(
    cases.map(async ([source, options]) => {
      const made = sources[source];
      const { format, width, height, data } = await drawnAs(
        options,
        Buffer.isBuffer(made) ? made : await made.clone().toBuffer(),
        {},
        watermark,
      );
      const shown = `${format} ${width}x${height} ${hash("sha256", data)}`;
      return [`${source} ${options}`, hash("sha256", shown).slice(0, 16)] as const;
    }),
  );
  return { drawing, hashes: Object.fromEntries(entries) };
}

/** The cases that two drawings have different pixels of. */
export const differing = (before: Drawn, after: Drawn): readonly string[] =>
  Object.keys(after.hashes).filter((name) => after.hashes[name] !== before.hashes[name]);
