import sharp from "sharp";
import { readConfig } from "../../lambda/config/variables.ts";
import { Deadline } from "../../lambda/deadline.ts";
import { startCalibration } from "../../lambda/image/admit.ts";
import { makePicture } from "../../lambda/image/make.ts";
import { requestLog } from "../../lambda/log.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { compileLanguage, readOption } from "../../lambda/url/language.ts";
import { aperture } from "../local/samples/aperture.ts";
import { balloon } from "../local/samples/balloon.ts";
import { hills } from "../local/samples/hills.ts";
import { lighthouse } from "../local/samples/lighthouse.ts";

/** What examples are drawn from, as code draws it, and how it is described. */
const sources = {
  hills: { says: "480 × 320 px", draw: () => scene(hills, 480, 320).removeAlpha().jpeg({ quality: 95 }) },
  lighthouse: { says: "320 × 480 px", draw: () => standing().jpeg({ quality: 95 }) },
  turned: {
    says: "320 × 480 px that lie on their side, and say so, as cameras store them",
    draw: () => standing().rotate(270).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }),
  },
  balloon: { says: "320 × 400 px, transparent around", draw: () => scene(balloon, 320, 400).png() },
  framed: { says: "380 × 330 px, a balloon with a border of one colour", draw: () => bordered().png() },
} as const;

const scene = (draw: (width: number, height: number) => string, width: number, height: number) =>
  sharp(Buffer.from(draw(width, height)));
const standing = () => scene(lighthouse, 320, 480).removeAlpha();
const bordered = () =>
  scene(balloon, 200, 250)
    .extend({ top: 40, bottom: 40, left: 90, right: 90, background: BORDER })
    .flatten({ background: BORDER });
const BORDER = "#ff00ff";

/** What an option is shown by. */
export interface ExamplePicture {
  readonly source: keyof typeof sources;
  /** The options of the URL: the option's own example, and what else it takes to see it. */
  readonly options: string;
}

/** By the option they show; one that changes nothing that is seen has none. */
export const examplePictures: Readonly<Record<string, ExamplePicture>> = {
  resize: { source: "lighthouse", options: "rs:fill:300:200" },
  size: { source: "lighthouse", options: "s:300:200:1" },
  resizing_type: { source: "hills", options: "rt:fill/w:200/h:200" },
  width: { source: "hills", options: "w:300" },
  height: { source: "hills", options: "h:200" },
  "min-width": { source: "hills", options: "w:100/h:100/mw:300" },
  "min-height": { source: "hills", options: "w:100/h:100/mh:200" },
  zoom: { source: "hills", options: "w:120/h:120/z:1.5:2" },
  dpr: { source: "hills", options: "w:120/dpr:2" },
  enlarge: { source: "hills", options: "w:560/el:1" },
  extend: { source: "balloon", options: "w:240/h:240/ex:1:so:0:10/bg:264653" },
  extend_aspect_ratio: { source: "hills", options: "w:240/h:200/exar:1:no/bg:264653" },
  gravity: { source: "hills", options: "rs:fill:200:200/g:nowe:10:0.1" },
  crop: { source: "hills", options: "c:0.5:300:nowe:10:20" },
  trim: { source: "framed", options: "t:10:ff00ff:1:0" },
  padding: { source: "hills", options: "w:240/pd:20:40/bg:264653" },
  auto_rotate: { source: "turned", options: "ar:0/w:240" },
  rotate: { source: "hills", options: "rot:90/w:240" },
  flip: { source: "hills", options: "fl:1:0/w:240" },
  background: { source: "balloon", options: "bg:ff8800/w:200" },
  blur: { source: "hills", options: "bl:2.5/w:240" },
  sharpen: { source: "hills", options: "sh:0.5/w:240" },
  pixelate: { source: "hills", options: "pix:8/w:240" },
  watermark: { source: "hills", options: "wm:0.5:soea:10:10:0.2" },
  quality: { source: "hills", options: "q:80/w:240" },
  max_bytes: { source: "hills", options: "mb:50000/w:480" },
  format: { source: "balloon", options: "f:webp/w:200" },
};

const config = readConfig({});
const language = compileLanguage(config, 0);

/** What it is drawn from, in words. */
export const sourceOf = ({ source }: ExamplePicture): string => sources[source].says;

/** Draws it as the function would, in WebP: every page shows that. */
export async function drawExample({ source, options: text }: ExamplePicture): Promise<Uint8Array> {
  const options = text.split("/").reduce((soFar, segment) => readOption(segment, soFar, language), {});
  const bytes = await sources[source].draw().toBuffer();
  const watermark = scene(aperture, 200, 200).png().toBuffer();
  const { picture } = await makePicture(
    { bytes, watermark },
    { options, offers: { auto: [], enforced: ["webp"], preferred: ["webp"] }, limits: limitsOf(config) },
    { config, log: requestLog(), calibration: startCalibration(config.memorySize) },
    Deadline.in(TIME),
  );
  return picture.body;
}

/** ms that drawing one may take. */
const TIME = 20_000;
