import {
  answerFallback,
  answerNotModified,
  answerPicture,
  type RequestContext,
  unrepeatable,
} from "./answer/answers.ts";
import { answerStale, answerSteppedDown } from "./answer/passing.ts";
import { answerRaw } from "./answer/raw.ts";
import { route } from "./answer/routes.ts";
import { checkSecret } from "./answer/secret.ts";
import type { Deadline } from "./deadline.ts";
import { findDerivative } from "./derivatives/find.ts";
import { type Drawing, keepDerivative } from "./derivatives/keep.ts";
import type { HttpResponse } from "./http.ts";
import { makePicture } from "./image/make.ts";
import { inStage } from "./log.ts";
import type { Services } from "./services.ts";
import { fetchFallback, isFallback } from "./source/fallback.ts";
import { fetchSource } from "./source/fetch.ts";
import { fetchRaw } from "./source/raw.ts";
import { isUnmodified } from "./source/unmodified.ts";
import { fetchWatermark } from "./source/watermark.ts";
import { type ImageRequest, parse } from "./url/parse.ts";

/** The whole life of a request. */
export async function serve(
  context: RequestContext,
  services: Services,
  deadline: Deadline,
): Promise<HttpResponse> {
  const routed = route(context);
  if (routed) return routed;
  checkSecret(context);

  const request = parse(context.http, services.language, context.now);
  const answer = await answerRequest(request, context, services, deadline);
  const { edgeKey = request.key } = context.http;
  if (edgeKey === request.key) return answer;
  services.log.note({ edgeKey });
  return unrepeatable(answer);
}

async function answerRequest(
  request: ImageRequest,
  context: RequestContext,
  services: Services,
  deadline: Deadline,
): Promise<HttpResponse> {
  const { log } = services;
  const { answer: kept, damaged } = await inStage(log, "find", () =>
    findDerivative(request, context, services, deadline),
  );
  if (kept) return kept;

  const make = request.options.raw ? passRaw : drawPicture;
  const made = await make(request, context, services, deadline);
  if (!("drawn" in made)) return made;
  const drawing = { ...made, damaged };
  return inStage(log, "keep", () => keepDerivative(drawing, request, context, services, deadline));
}

/** The source as it is. */
async function passRaw(
  request: ImageRequest,
  context: RequestContext,
  services: Services,
  deadline: Deadline,
): Promise<Drawing> {
  const source = await inStage(services.log, "download", () =>
    fetchRaw(request, context.http, services, deadline),
  );
  return { drawn: answerRaw(source, request, context, deadline), source: source.metadata, cost: 0 };
}

/** The picture that is asked for, or a 304. */
async function drawPicture(
  request: ImageRequest,
  context: RequestContext,
  services: Services,
  deadline: Deadline,
): Promise<Drawing | HttpResponse> {
  const watermark = fetchWatermark(request, services, deadline);
  // It is waited for where it is drawn; until then nobody hears it fail.
  watermark.catch(() => {});
  const source = await inStage(services.log, "download", () =>
    fetchSource(request, services, deadline),
  ).catch((error: unknown) => fetchFallback(error, request, services, deadline));
  if (isUnmodified(source)) return answerNotModified(source.unmodified, request, context);

  const made = await makePicture({ bytes: source.bytes, watermark }, request, services, deadline);
  if (isFallback(source)) {
    const drawn = answerFallback({ ...made, source }, source.failure, request, context);
    // Of the source nothing may be kept: it may be there the next time.
    return { drawn, source: { cacheControl: "no-store" }, cost: made.cost };
  }
  const whole = answerPicture({ ...made, source }, request, context);
  const best = made.stepDown ? answerSteppedDown(whole) : whole;
  const drawn = source.stale ? answerStale(best) : best;
  return { drawn, source, passing: drawn !== whole, cost: made.cost };
}
