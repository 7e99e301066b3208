import sharp, { type Sharp } from "sharp";
import { plainInfo } from "../plan.ts";
import { guarded } from "../wasm.ts";
import type { File, Opened } from "./decoder.ts";
import { type HeifImage, heifImage } from "./libheif.ts";
import { isStandardProfile } from "./sharp.ts";
import { tiffOf } from "./tiff.ts";

/** Opens a HEIC, the pictures of which libheif hands over upright and with 8 bits a channel. */
export async function openHeic({ bytes }: File): Promise<Opened> {
  const image = await heifImage(bytes).catch((cause: unknown) =>
    guarded("HEIC", () => {
      throw cause;
    }),
  );
  const { width, height, channels } = image;
  let decoded: (() => Sharp) | undefined;
  return {
    bytes,
    info: {
      ...plainInfo,
      width,
      height,
      alpha: channels === 4,
      profile: hasOwnProfile(image),
      format: "heic",
    },
    metadata: hasOwnProfile(image) ? { icc: Buffer.from(image.profile) } : {},
    pixels() {
      decoded ??= guarded("HEIC", () => decode(image));
      return decoded();
    },
  };
}

const hasOwnProfile = ({ profile }: HeifImage) =>
  profile.length > 0 && !isStandardProfile(Buffer.from(profile));

function decode(image: HeifImage): () => Sharp {
  const { width, height, channels } = image;
  const profiled = hasOwnProfile(image);
  const { file, start } = profiled
    ? tiffOf(image)
    : { file: Buffer.allocUnsafe(width * height * channels), start: 0 };
  image.decode((line, y) => file.set(line, start + y * width * channels));
  const limits = { limitInputPixels: false, ignoreIcc: true };
  return () => sharp(file, profiled ? limits : { ...limits, raw: { width, height, channels } });
}
