import sharp, { type Sharp } from "sharp";
import type { Deadline } from "../../deadline.ts";
import { type Output, spaceOf } from "../output.ts";
import { run } from "../run.ts";
import { lossless, materialize, type Stage } from "../stage.ts";
import { copyrightOf, upright } from "./exif.ts";
import { copyrightIptc, withIptc } from "./iptc.ts";
import { type Told, withChunks } from "./png.ts";
import { withWebpChunks } from "./webp.ts";
import { copyrightXmp } from "./xmp.ts";

/** What a source tells beside its pixels. It comes along as data, for pixels that are drawn lose it. */
export interface Metadata extends Told {
  /** As it lies in a JPEG. */
  readonly iptc?: Buffer | undefined;
}

/** Of it, what the answer's file is to tell as it is. */
function keptOf({ exif, xmp, icc }: Metadata, output: Output): Told {
  const colours = output.grey ? "GRAY" : "RGB ";
  return {
    ...(output.metadata === "all" && { exif: exif && output.upright ? upright(exif) : exif, xmp }),
    ...(output.keepsProfile && icc && isOf(icc, colours) && { icc }),
  };
}

/** Of which colours a profile is stands in its header. A grey picture that was given colours is none of its own any more. */
const isOf = (icc: Buffer, colours: string) => icc.toString("latin1", 16, 20) === colours;

/** A finished picture that tells what it is to tell. */
export async function telling(
  stage: Stage,
  source: Metadata,
  output: Output,
  deadline: Deadline,
): Promise<Stage> {
  const kept = keptOf(source, output);
  const copyright = output.metadata === "copyright" ? copyrightIn(source) : {};
  // Frames are joined in no file that could hold it; `signed` tells of them what is left.
  if (output.animation) return withCopyright(stage, copyright);
  if (Object.values(kept).some(Boolean))
    return withCopyright(await withTold(stage, kept, output, deadline), copyright);
  // The file's own pixels would write EXIF with the orientation of the source.
  const bare = copyright.exif ? await materialize(stage, { profile: false }, deadline) : stage;
  return withCopyright(bare, copyright);
}

/** What is told lies in a file that sharp reads: it takes no such data by itself. */
async function withTold(stage: Stage, told: Told, output: Output, deadline: Deadline): Promise<Stage> {
  const { data } = await run(() => lossless(stage.pixels(), spaceOf(output)), deadline);
  const file = withChunks(data, told);
  return { ...stage, pixels: () => sharp(file, { limitInputPixels: false }).keepMetadata() };
}

/** What says whose a picture is. */
interface Copyright {
  readonly exif?: Readonly<Record<string, string>> | undefined;
  readonly xmp?: string | undefined;
}

function copyrightIn({ exif, xmp }: Metadata): Copyright {
  const said = exif ? copyrightOf(exif) : {};
  return {
    exif: Object.keys(said).length > 0 ? said : undefined,
    xmp: xmp && copyrightXmp(xmp.toString("utf8")),
  };
}

function withCopyright(stage: Stage, { exif, xmp }: Copyright): Stage {
  const signed = (image: Sharp) => (exif ? image.withExif({ IFD0: exif }) : image);
  return { ...stage, pixels: () => (xmp ? signed(stage.pixels()).withXmp(xmp) : signed(stage.pixels())) };
}

/** A file with what sharp does not write into it: the IPTC of a JPEG, all that an animated WebP is to tell. */
export function signed(file: Uint8Array, source: Metadata, output: Output): Uint8Array {
  const { format, animation } = output;
  if (format === "jpeg") return withKeptIptc(file, source, output);
  const kept = keptOf(source, output);
  if (format !== "webp" || !animation || !Object.values(kept).some(Boolean)) return file;
  return withWebpChunks(Buffer.from(file.buffer, file.byteOffset, file.length), kept);
}

function withKeptIptc(file: Uint8Array, { iptc }: Metadata, { metadata }: Output): Uint8Array {
  if (!iptc || metadata === "none") return file;
  const kept = metadata === "all" ? iptc : copyrightIptc(iptc);
  return kept ? withIptc(file, kept) : file;
}
