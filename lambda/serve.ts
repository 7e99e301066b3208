import { answerNotModified, answerPicture, type RequestContext, unrepeatable } from "./answer/answers.ts";
import { route } from "./answer/routes.ts";
import { checkSecret } from "./answer/secret.ts";
import type { Config } from "./config/variables.ts";
import type { Deadline } from "./deadline.ts";
import { findDerivative, keepDerivative } from "./derivatives.ts";
import type { HttpResponse } from "./http.ts";
import { draw } from "./image/draw.ts";
import { open } from "./image/open.ts";
import { passThrough } from "./image/pass-through.ts";
import type { Made } from "./image/picture.ts";
import { plan } from "./image/plan.ts";
import type { Services } from "./services.ts";
import { fetchSource } from "./source/fetch.ts";
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
  const { config, log } = services;
  const { answer: kept, damaged } = await findDerivative(request, context, services, deadline);
  if (kept) return kept;

  const fetchingWatermark = fetchWatermark(request, services, deadline);
  // It is waited for below; until then nobody hears it fail.
  fetchingWatermark.catch(() => {});
  const source = await fetchSource(request, services, deadline);
  if (isUnmodified(source)) return answerNotModified(source.unmodified, request, context);

  const watermark = await fetchingWatermark;
  const began = performance.now();
  const passed = await passThrough(source, request, config, deadline);
  const made = passed ?? (await drawnOf({ ...source, watermark }, request, config, deadline));
  log.note({ renderMs: performance.now() - began });

  const { picture, origin, cost } = made;
  const drawn = answerPicture({ picture, source, origin }, request, context);
  return keepDerivative({ drawn, source, cost, damaged }, request, context, services, deadline);
}

async function drawnOf(
  source: Parameters<typeof open>[0],
  { options, offers, limits }: ImageRequest,
  config: Config,
  deadline: Deadline,
): Promise<Made> {
  const opened = await open(source, options, limits, deadline);
  const planned = plan(options, opened.info, offers, limits, config);
  const picture = await draw(planned, opened, limits, deadline);
  return { picture, origin: opened.origin ?? opened.info, cost: planned.cost.total };
}
