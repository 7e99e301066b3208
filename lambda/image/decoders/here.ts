import type { Format } from "../../formats.ts";
import { imageType } from "../../image-type.ts";
import { openBmp } from "./bmp.ts";
import type { File, Opened, Reader } from "./decoder.ts";
import { openHeic } from "./heic.ts";
import { openIco } from "./ico.ts";
import { openJxl } from "./jxl.ts";
import { openWithSharp } from "./sharp.ts";

/** What sharp does not read. */
const readers: Readonly<Partial<Record<Format, Reader>>> = {
  bmp: openBmp,
  ico: openIco,
  heic: openHeic,
  jxl: openJxl,
};

/** Opens a file in this process, whatever its format; whoever lets a hostile one come here must be able to kill the process. */
export const openHere: Reader = (file: File): Promise<Opened> => {
  const format = imageType(file.bytes);
  const read = format && readers[format];
  return read ? read(file) : openWithSharp(file.bytes, file.density, file.keepsProfile, file.unlimited);
};
