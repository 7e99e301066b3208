import { derivativePrefixes, type KeyConfig } from "../../lambda/url/key.ts";
import { buckets } from "./s3/access.ts";
import { type SourceFile, sourceFile, stampOf } from "./s3/source-files.ts";

/** What was read of a folder, so that it is noticed when it is no longer so. */
export interface Changes {
  /** Remembers a file as it was read, or that there was none. */
  read(key: string, file: SourceFile | undefined): void;
  /** Looks whether the source of a derivative's key is as it was; forgets what was made of it when it is not. */
  check(derivative: string): Promise<void>;
}

/** How many sources are remembered; with one more, all that was made is forgotten. */
const MOST = 100_000;

/** Notices changes of a folder when somebody asks, without watching it: looking at one file takes no time. */
export function changesOf(folder: string, config: KeyConfig, forget: (prefix: string) => void): Changes {
  const seen = new Map<string, { readonly key: string; readonly stamp: string }>();
  return {
    read(key, file) {
      const [prefix] = prefixesOf(key, config);
      if (seen.size >= MOST) {
        seen.clear();
        forget("");
      }
      seen.set(prefix, { key, stamp: stampOf(file) });
    },
    async check(derivative) {
      const prefix = derivative.slice(0, derivative.indexOf("/") + 1);
      const known = seen.get(prefix);
      if (!known || known.stamp === stampOf(await sourceFile(folder, known.key))) return;
      seen.delete(prefix);
      for (const made of prefixesOf(known.key, config)) forget(made);
    },
  };
}

const prefixesOf = (key: string, config: KeyConfig) =>
  derivativePrefixes(`s3://${buckets.pictures}/${key}`, config);
