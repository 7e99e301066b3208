import { InternalError } from "../../errors.ts";
import { openApart } from "../apart.ts";
import type { ImageInfo } from "../plan.ts";
import type { Decoder, File, Opened } from "./decoder.ts";

/** Opens what is decoded by a codec that takes its time and memory as it likes, in a process that can be killed. */
export const openByProcess: Decoder = async (bytes, _options, limits, deadline) =>
  openedApart({ bytes }, await openApart({ bytes }, limits.memory, deadline));

/** What is drawn in another process. */
export const openedApart = (file: File, info: ImageInfo): Opened => ({
  ...file,
  info,
  pixels() {
    throw new InternalError(`${info.format} is not drawn in this process`);
  },
  hostile: true,
});
