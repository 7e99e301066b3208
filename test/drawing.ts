import sharp, { type Sharp } from "sharp";
import { readConfig } from "../lambda/config/variables.ts";
import { Deadline } from "../lambda/deadline.ts";
import type { Format } from "../lambda/formats.ts";
import { openHere } from "../lambda/image/decoders/here.ts";
import { draw } from "../lambda/image/draw.ts";
import { openTrimmed, planOf } from "../lambda/image/make.ts";
import { imageType } from "../lambda/image-type.ts";
import { limitsOf } from "../lambda/options/limits.ts";
import { optionsOf } from "./options-of.ts";
import type { Env } from "./services.ts";

const offers = { auto: [], enforced: [], preferred: ["jpeg", "png", "gif"] } as const;

/** What sharp does not read, and our own decoders do. */
const notOfSharp: readonly (Format | undefined)[] = ["bmp", "ico", "jxl"];

/** The picture in a file, whatever its format. */
export const pictureIn = async (body: Uint8Array): Promise<Sharp> =>
  notOfSharp.includes(imageType(body)) ? (await openHere({ bytes: body })).pixels() : sharp(body);

/** The file that the options of a URL make of a source where the environment is `env`, with what can be asked of its pixels. */
export async function drawnAs(text: string, source: Buffer, env: Env = {}, watermark?: Buffer) {
  const { options } = optionsOf(text);
  const config = readConfig(env);
  const deadline = Deadline.in(10_000);
  const limits = limitsOf(config, options);
  const asked = { options, offers, limits };
  const opened = await openTrimmed({ bytes: source, watermark }, asked, config, deadline);
  const { body, format } = await draw(planOf(opened, asked, config), opened, limits, deadline);
  const picture = await pictureIn(body);
  const { data, info } = await picture.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  /** Red, green, blue and alpha, 0–255. */
  const pixel = (x: number, y: number) => {
    const at = (y * info.width + x) * info.channels;
    return [...data.subarray(at, at + 4)];
  };
  return {
    body,
    format,
    width: info.width,
    height: info.height,
    /** RGBA, row by row. */
    data,
    pixel,
    metadata: () => sharp(body).metadata(),
  };
}

/** A plain source of one colour. */
export const plain = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: background.length > 7 ? 4 : 3, background } });
