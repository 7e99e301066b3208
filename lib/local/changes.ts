import { objectTag, tagIn } from "../../lambda/url/key.ts";
import type { ObjectEvent } from "./purge/s3-events.ts";
import { buckets } from "./s3/access.ts";
import { type SourceFile, sourceFile, stampOf } from "./s3/source-files.ts";

/** What was read of a folder, so that it is noticed when it is no longer so. */
export interface Changes {
  /** Remembers a file as it was read, or that there was none. */
  read(key: string, version: string | undefined, file: SourceFile | undefined): void;
  /** Looks whether the source of a derivative's key is as it was; settles once whoever purges has heard when it is not. */
  check(derivative: string): Promise<void>;
}

/** Who hears of it. */
export interface Purger {
  /** An object is not what it was. */
  changed(happened: ObjectEvent, key: string): Promise<void>;
  /** Nobody knows any more what changed. */
  all(): Promise<void>;
}

/** How many sources are remembered; with one more, all that was made is purged. */
const MOST = 100_000;

/** Notices changes of a folder when somebody asks, without watching it: looking at one file takes no time. */
export function changesOf(folder: string, purger: Purger, most = MOST): Changes {
  const seen = new Map<string, { readonly key: string; readonly version?: string; readonly stamp: string }>();
  const underway = new Map<string, Promise<void>>();
  return {
    read(key, version, file) {
      if (seen.size >= most) {
        seen.clear();
        purger.all();
      }
      const stamp = stampOf(file);
      seen.set(objectTag(buckets.pictures, key), { key, stamp, ...(version !== undefined && { version }) });
    },
    async check(derivative) {
      const tag = tagIn(derivative);
      const known = seen.get(tag);
      const file = known && (await sourceFile(folder, known.key, known.version));
      if (known && seen.get(tag) === known && known.stamp !== stampOf(file)) {
        seen.delete(tag);
        underway.set(tag, purger.changed(file ? "Object Created" : "Object Deleted", known.key));
      }
      // Whoever else asks meanwhile may not have the old one either.
      await underway.get(tag)?.finally(() => underway.delete(tag));
    },
  };
}
