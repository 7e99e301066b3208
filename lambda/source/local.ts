import type { Config } from "../config/variables.ts";
import type { Deadline } from "../deadline.ts";
import { SourceUnreachable } from "../errors.ts";
import type { Services } from "../services.ts";
import { files } from "../store/files.ts";
import type { GetOptions } from "../store/store.ts";
import { objectIn } from "../url/identity.ts";
import type { ImageRequest } from "../url/parse.ts";
import { download, type Source } from "./download.ts";
import { startPace } from "./pace.ts";
import type { Unmodified } from "./unmodified.ts";

/** Of all files. */
const pace = startPace();

/** Reads `local:///path`, a file below `IMGPROXY_LOCAL_FILESYSTEM_ROOT`. As in imgproxy what stands for a host says nothing. */
export async function fetchFromFiles(
  url: string,
  { conditions, limits }: Pick<ImageRequest, "conditions" | "limits">,
  { config, log }: Services,
  deadline: Deadline,
): Promise<Source | Unmodified> {
  const file = fileAt(url, config);
  const read = await download(url, (how) => file.get({ ...(how.range ? {} : conditions), ...how }), {
    deadline,
    limit: limits.maxSrcFileSize,
    pace,
    report: (download) => log.note({ download }),
  });
  return read === "not modified" ? { unmodified: { etag: conditions.ifNoneMatch } } : read;
}

/** The file that a URL names. Throws `SourceUnreachable` when it names none, or files are no sources. */
export function fileAt(url: string, { localRoot, sourceQuerySeparator }: Config) {
  const path = objectIn(url, sourceQuerySeparator)?.key ?? "";
  if (localRoot === "" || path === "") throw new SourceUnreachable(`${url}: no such file`);
  const origin = files(localRoot);
  return { get: (options: GetOptions) => origin.get(path, options) };
}
