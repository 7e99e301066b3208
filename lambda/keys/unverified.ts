import type { RequestContext } from "../answer/answers.ts";
import { route } from "../answer/routes.ts";
import { checkSecret } from "../answer/secret.ts";
import { lookedFor } from "../derivatives/address.ts";
import { Failure } from "../errors.ts";
import { asksForAll } from "../source/raw.ts";
import { readableAddress } from "../source/s3.ts";
import type { EarlyGet } from "../store/head-start.ts";
import { objectIn } from "../url/identity.ts";
import type { Language } from "../url/language.ts";
import { type ImageRequest, parse } from "../url/parse.ts";

/**
 * What a request will ask S3 for if its signature is right: its derivative, where one may be kept, and its source. It may be begun
 * while the keys are still on their way: a GET of our own buckets changes nothing, and is told nobody. A source on the web is not
 * among it: nobody has this function dial a host without a signature. Nor is a part of a source, or one that the client may have.
 * Nothing for what would be refused under any signature. `language` is one without keys.
 */
export function firstGets(context: RequestContext, language: Language): readonly EarlyGet[] {
  try {
    if (route(context)) return [];
    checkSecret(context);
    const request = parse(context.http, language, context.now);
    const derivative = lookedFor(request, context);
    return [...(derivative ? [{ address: derivative }] : []), ...sourceGets(request, context, language)];
  } catch (error) {
    if (error instanceof Failure) return [];
    throw error;
  }
}

function sourceGets(
  { source, options, conditions }: ImageRequest,
  { http }: RequestContext,
  { config }: Language,
): readonly EarlyGet[] {
  if (objectIn(source, config.sourceQuerySeparator)?.scheme !== "s3") return [];
  const address = readableAddress(source, config);
  if (!options.raw) return [{ address, ...conditions }];
  return asksForAll(http, config) ? [{ address }] : [];
}
