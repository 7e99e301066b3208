import { Failure } from "../errors.ts";
import type { Options } from "../options/index.ts";
import { buildPath } from "../url/build.ts";
import { objectIn } from "../url/identity.ts";
import type { Language } from "../url/language.ts";
import { parse } from "../url/parse.ts";
import { sign } from "../url/signature.ts";

/** Where sampled pictures lie, and where they are asked for. */
export interface SampledPlace {
  readonly bucket: string;
  /** https://d111111abcdef8.cloudfront.net */
  readonly origin: string;
}

/** Characters of the longest URL: two fit into what CloudFormation takes. */
const LONGEST = 1500;

/**
 * URLs to try a deployment with, made of the first of these keys that it takes: a thumbnail of one picture, and of the next, or the
 * same where there is no other, one in WebP. Signed with the language's first key; none where its settings allow none. `now` is unix ms.
 */
export function sampleUrls(
  keys: readonly string[],
  place: SampledPlace,
  language: Language,
  now: number,
): readonly string[] {
  const taken = keys.find((key) => urlOf(key, place, language, now) !== undefined);
  if (taken === undefined) return [];
  const others = keys.slice(keys.indexOf(taken) + 1);
  const next = others.find((key) => urlOf(key, place, language, now, "webp") !== undefined) ?? taken;
  return [urlOf(taken, place, language, now), urlOf(next, place, language, now, "webp")].flatMap(
    (url) => url ?? [],
  );
}

/** The URL of the first of the thumbnails that is allowed. */
function urlOf(
  key: string,
  place: SampledPlace,
  language: Language,
  now: number,
  format?: "webp",
): string | undefined {
  for (const options of thumbnails(language)) {
    const url = allowed(key, { ...options, ...(format && { format }) }, place, language, now);
    if (url !== undefined) return url;
  }
  return undefined;
}

/** Where no size may be asked for, the first preset; else the picture as it is. */
const thumbnails = ({ presets }: Language): readonly Options[] => [
  { resize: { resizing_type: "fill", width: 300, height: 200 } },
  ...[...presets.keys()].slice(0, 1).map((name) => ({ preset: [name] })),
  {},
];

/** The signed URL; `undefined` when the function would refuse it, or read another object. */
function allowed(
  key: string,
  options: Options,
  { bucket, origin }: SampledPlace,
  language: Language,
  now: number,
): string | undefined {
  const { argumentsSeparator, onlyPresets, pathPrefix, sourceQuerySeparator } = language.config;
  try {
    const path = buildPath(`s3://${bucket}/${key}`, options, { argumentsSeparator, onlyPresets });
    const signed = `${pathPrefix}/${sign(path, language.config)}${path}`;
    const { source } = parse({ method: "GET", path: signed, headers: {}, id: "sample" }, language, now);
    const read = objectIn(source, sourceQuerySeparator);
    const url = origin + signed;
    return read?.key === key && read.version === undefined && url.length <= LONGEST ? url : undefined;
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
