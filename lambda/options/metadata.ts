import { flag } from "../contract/args.ts";
import { option } from "../contract/option.ts";
import { outputPart } from "../contract/output-part.ts";
import { formats } from "../formats.ts";

export const stripMetadata = option({
  name: "strip_metadata",
  aliases: ["sm"],
  default: true,
  doc: "Drop EXIF, XMP and IPTC from the answer.",
  example: "sm:0",
  arg: flag(),
});

export const metadataOutput = outputPart({ stripMetadata }, (options, { source, canvas }) => ({
  keepMetadata: !options.stripMetadata,
  /** The pixels were turned, so the EXIF orientation that is kept no longer holds. */
  turned: canvas.orientation !== source.orientation,
  /** The orientation of the source would be written into the file, and is to be lost first. */
  losesOrientation:
    options.stripMetadata && source.orientation !== 1 && formats[canvas.format].tagsOrientation,
}));
