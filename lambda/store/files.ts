import { createHash } from "node:crypto";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { type GetOptions, type ObjectStream, type Origin, StoreError } from "./store.ts";

/** Files below a folder, by their paths there. Links lead nowhere out of it. */
export const files = (root: string): Origin<string> => ({
  async get(path, { at = () => {}, ...options }) {
    at("first byte");
    const file = await opened(root, path);
    try {
      return await streamed(file, path, options);
    } catch (error) {
      await file.close();
      throw error;
    }
  },
});

/** What there is no file for. A folder is none; and what may not be read is told of no one. */
const missing = new Set(["ENOENT", "ENOTDIR", "EISDIR", "EACCES", "EPERM", "ELOOP", "ENAMETOOLONG"]);

async function opened(root: string, path: string): Promise<FileHandle> {
  try {
    const [folder, file] = await Promise.all([realpath(root), realpath(join(root, path))]);
    if (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep))
      throw new StoreError(404, "out of the folder");
    return await open(file);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    // A path that no file system takes, with a NUL in it.
    if (missing.has(code) || code === "ERR_INVALID_ARG_VALUE") throw new StoreError(404, code, { cause });
    throw cause;
  }
}

type Asked = Pick<GetOptions, "range" | "ifMatch" | "ifNoneMatch" | "ifModifiedSince" | "signal">;

async function streamed(
  file: FileHandle,
  path: string,
  { range, ifMatch, ifNoneMatch, ifModifiedSince }: Asked,
): Promise<ObjectStream | "not modified"> {
  const stat = await file.stat();
  if (!stat.isFile()) throw new StoreError(404, "no file");
  const { size, mtime } = stat;
  const tag = createHash("sha256").update(`${path} ${size} ${mtime.getTime()}`).digest("hex");
  const etag = `"${tag.slice(0, 32)}-${size.toString(16)}"`;
  if (ifMatch !== undefined && ifMatch !== etag) throw new StoreError(412, "changed");
  const same =
    ifNoneMatch === undefined
      ? mtime.getTime() < Date.parse(ifModifiedSince ?? "") + 1000
      : ifNoneMatch === etag;
  if (same) {
    await file.close();
    return "not modified";
  }
  const first = range?.first ?? 0;
  const last = Math.min(range?.last ?? size - 1, size - 1);
  if (range && first >= size) throw new StoreError(416, "beyond its end");
  const stream = file.createReadStream({ start: first, end: Math.max(first, last) });
  stream.on("error", () => {});
  return {
    plain: true,
    metadata: { etag, lastModified: mtime.toUTCString() },
    length: size === 0 ? 0 : last - first + 1,
    ...(range && { range: `bytes ${first}-${last}/${size}` }),
    body: stream,
    cancel: () => stream.destroy(),
  };
}
