import type { Deadline } from "../deadline.ts";
import { SourceUnreachable } from "../errors.ts";
import type { Services } from "../services.ts";
import type { ImageRequest } from "../url/parse.ts";
import type { Source } from "./download.ts";
import { fetchFromS3 } from "./s3.ts";
import { isUnmodified, type Unmodified } from "./unmodified.ts";

/** What a download leaves for drawing: a part of the time left, and no more ms than most pictures take. What is dear is admitted. */
const [RENDER_SHARE, MOST_RENDERING] = [0.3, 300];

type Fetcher = typeof fetchFromS3;

const fetchers = new Map<string, Fetcher>([["s3", fetchFromS3]]);

/**
 * Downloads a source, whatever its scheme, and leaves time to draw it.
 * `Unmodified` when the client's conditions hold.
 */
export async function fetchSource(
  { source: url, conditions, limits }: Pick<ImageRequest, "source" | "conditions" | "limits">,
  services: Services,
  deadline: Deadline,
): Promise<Source | Unmodified> {
  const { config, log } = services;
  const [scheme = ""] = url.split("://", 1);
  const fetcher = fetchers.get(scheme.toLowerCase());
  if (!fetcher) throw new SourceUnreachable(`${url}: no such scheme`);

  const downloadBy = deadline
    .keeping(Math.min(deadline.left * RENDER_SHARE, MOST_RENDERING))
    .sooner(config.downloadTimeout * 1000);
  try {
    const source = await fetcher(url, { conditions, limits }, services, downloadBy);
    if (!isUnmodified(source)) log.note({ bytes: source.bytes.length });
    return source;
  } finally {
    log.note({ source: url });
  }
}
