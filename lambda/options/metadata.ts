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

export const keepCopyright = option({
  name: "keep_copyright",
  aliases: ["kcr"],
  default: true,
  doc: "Keep of them what says whose the picture is.",
  example: "kcr:0",
  arg: flag(),
});

/** What the answer's file keeps of EXIF, XMP and IPTC. */
type Metadata = "all" | "copyright" | "none";

export const metadataOutput = outputPart({ stripMetadata, keepCopyright }, (options, { source, canvas }) => {
  const copyright: Metadata = options.keepCopyright ? "copyright" : "none";
  const turned = canvas.orientation !== source.orientation;
  return {
    metadata: options.stripMetadata ? copyright : "all",
    /** The pixels lie as they are to be seen, whatever the EXIF says that is kept: they were turned, or the decoder turns them. */
    upright: canvas.orientation === 1,
    /** The orientation of the source would be written into the file, and is to be lost first. */
    losesOrientation:
      (options.stripMetadata || turned) && source.orientation !== 1 && formats[canvas.format].tagsOrientation,
  };
});
