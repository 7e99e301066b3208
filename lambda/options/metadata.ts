import { flag } from "../contract/args.ts";
import { option } from "../contract/option.ts";

export const stripMetadata = option({
  name: "strip_metadata",
  aliases: ["sm"],
  default: true,
  doc: "Drop EXIF, XMP and IPTC from the answer.",
  example: "sm:0",
  arg: flag(),
});
