import { flag } from "./args.ts";
import { option } from "./option.ts";

export const stripMetadata = option({
  name: "strip_metadata",
  aliases: ["sm"],
  default: true,
  doc: "Drop EXIF, XMP and IPTC from the answer.",
  example: "sm:0",
  arg: flag(),
});
