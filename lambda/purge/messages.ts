import type { Config } from "../config/variables.ts";
import { objectTag, tagOf } from "../url/key.ts";
import { withoutSecrets } from "../url/shown.ts";
import { rewritten } from "../url/source.ts";

/** What is to be purged. */
export interface Purge {
  /** Of sources. `"all"`: whatever was made of any. */
  readonly tags: readonly string[] | "all";
  /** Whether this is the second time: what a drawing in flight has written back since the first goes now. */
  readonly again: boolean;
  /** Unix ms before which it would be too early. */
  readonly notBefore: number;
}

/** What of the environment says how sources are called. */
type Naming = Pick<Config, "sourceQuerySeparator" | "urlReplacements" | "baseUrl">;

/** What somebody writes who purges by hand: sources as image URLs name them, tags, or all. */
export type Asked =
  | { readonly sources: readonly string[] }
  | { readonly tags: readonly string[] }
  | { readonly all: true };

/**
 * Reads a message of the queue: an event of S3's as EventBridge tells it, in which keys are themselves and not encoded, what somebody asked
 * for by hand, or our own for the second time. Throws one sentence when it is none of them.
 */
export function readMessage(body: string, config: Naming): Purge {
  const { source, detail, purge } = Object(parsed(body));
  if (source === "aws.s3") return first([objectOf(detail)]);
  const { sources, tags, all, again, notBefore } = Object(purge);
  if (all === true) return { tags: "all", again: again === true, notBefore: Number(notBefore) || 0 };
  if (isTexts(sources)) return first(sources.map((url) => tagOf(rewritten(url, config), config)));
  if (isTexts(tags) && tags.every((tag) => /^[0-9a-f]{32}$/.test(tag)))
    return { tags, again: again === true, notBefore: Number(notBefore) || 0 };
  throw new Error(`expected an event of S3's, or what to purge, got ${withoutSecrets(body).slice(0, SHOWN)}`);
}

/** By hand. */
export const writeAsked = (purge: Asked): string => JSON.stringify({ purge });

/** For later. */
export const writeMessage = ({ tags, again, notBefore }: Purge): string =>
  JSON.stringify({ purge: { ...(tags === "all" ? { all: true } : { tags }), again, notBefore } });

/** Characters of a strange message that are told. */
const SHOWN = 200;

const first = (tags: readonly string[]): Purge => ({ tags, again: false, notBefore: 0 });

function objectOf(detail: unknown): string {
  const { bucket, object } = Object(detail);
  const { name } = Object(bucket);
  const { key } = Object(object);
  if (typeof name === "string" && typeof key === "string") return objectTag(name, key);
  throw new Error("expected an event of S3's that names bucket and key");
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((text) => typeof text === "string");

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
