import { createRequire } from "node:module";
import { join } from "node:path";
import type { Format } from "../../lambda/formats.ts";
import { formatOf } from "./s3/folder.ts";

/** Packages that read what sharp does not, and that not every user installs. */
const readers: Readonly<Partial<Record<Format, string>>> = { heic: "libheif-js", jxl: "@jsquash/jxl" };

/** A sentence for each format among these pictures whose package is not installed where the function, in `folder`, looks for it. */
export function missingCodecs(pictures: readonly string[], folder: string): readonly string[] {
  const { resolve } = createRequire(join(folder, "handler.mjs"));
  const isThere = (name: string) => {
    try {
      return resolve(`${name}/package.json`) !== "";
    } catch (error) {
      // It is there, and does not show that file.
      return error instanceof Error && "code" in error && error.code === "ERR_PACKAGE_PATH_NOT_EXPORTED";
    }
  };
  const found = new Set(pictures.map(formatOf));
  return Object.entries(readers).flatMap(([format, name]) =>
    [...found].some((one) => one === format) && !isThere(name)
      ? `${format} pictures cannot be read: npm install ${name}`
      : [],
  );
}
