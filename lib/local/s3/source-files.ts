import { stat } from "node:fs/promises";
import { join } from "node:path";
import { formats } from "../../../lambda/formats.ts";
import { formatOf } from "./folder.ts";

/** A file as S3 would tell of it as an object. */
export interface SourceFile {
  readonly path: string;
  /** bytes */
  readonly size: number;
  /** ms since 1970 */
  readonly changed: number;
  /** MIME type, by its name. */
  readonly type: string;
}

/**
 * The file under a key, read through: nothing is copied or remembered. `undefined` when there is none, when it is hidden, and when the key
 * leads out of the folder. Of a name with `?` the function takes what follows for a version.
 */
export async function sourceFile(
  folder: string,
  key: string,
  version?: string,
): Promise<SourceFile | undefined> {
  const name = version === undefined ? key : `${key}?${version}`;
  if (name.split(/[/\\]/).some((part) => part === "" || part.startsWith(".")) || name.includes("\0")) {
    return undefined;
  }
  const path = join(folder, name);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  const format = formatOf(name);
  const type = format ? formats[format].mime : "application/octet-stream";
  return { path, size: found.size, changed: found.mtimeMs, type };
}

/** Changes when the file does. */
export const stampOf = (file: SourceFile | undefined): string =>
  file ? `"${file.size.toString(16)}-${Math.round(file.changed * 1000).toString(16)}"` : "none";
