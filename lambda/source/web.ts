import { LRUCache } from "lru-cache";
import type { Deadline } from "../deadline.ts";
import { SourceUnreachable } from "../errors.ts";
import type { Services } from "../services.ts";
import type { ObjectMetadata } from "../store/store.ts";
import { download, type Source, type SourceRequest } from "./download.ts";
import { type Pace, startPace } from "./pace.ts";
import type { Unmodified } from "./unmodified.ts";

/** Of each host its own, of so many hosts. */
const paces = new LRUCache<string, Pace>({ max: 200 });

function paceOf(url: string): Pace {
  const host = URL.canParse(url) ? new URL(url).host : "";
  const pace = paces.get(host) ?? startPace();
  paces.set(host, pace);
  return pace;
}

/** Downloads an http or https source. */
export async function fetchFromWeb(
  url: string,
  { conditions, limits, cookies, own }: Omit<SourceRequest, "source">,
  { web, log }: Services,
  deadline: Deadline,
): Promise<Source | Unmodified> {
  let told: ObjectMetadata = {};
  const page = {
    url,
    cookies,
    own,
    unmodified: (metadata: ObjectMetadata) => {
      told = metadata;
    },
  };
  const downloaded = await download(
    url,
    (how) => web.get(page, { ...(how.range ? {} : conditions), ...how }),
    {
      deadline,
      limit: limits.maxSrcFileSize,
      pace: paceOf(url),
      report: (download) => log.note({ download }),
    },
  );
  if (downloaded !== "not modified") return downloaded;
  const { ifNoneMatch, ifModifiedSince } = conditions;
  if (ifNoneMatch === undefined && ifModifiedSince === undefined)
    throw new SourceUnreachable(`${url}: not modified, which nobody asked`, { cacheFor: 0 });
  return { unmodified: { ...told, ...(told.etag === undefined && { etag: ifNoneMatch }) } };
}
