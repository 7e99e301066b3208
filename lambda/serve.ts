import { answerNotModified, answerPicture } from "./answer/answers.ts";
import { route } from "./answer/routes.ts";
import type { Deadline } from "./deadline.ts";
import { findDerivative, keepDerivative } from "./derivatives.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";
import { open } from "./image/open.ts";
import { plan } from "./image/plan.ts";
import { render } from "./image/render.ts";
import type { Services } from "./services.ts";
import { fetchSource } from "./source/fetch.ts";
import { parse } from "./url/parse.ts";

/** The whole life of a request. */
export async function serve(
  http: HttpRequest,
  services: Services,
  deadline: Deadline,
): Promise<HttpResponse> {
  const { config, language, log } = services;
  const context = { http, config, now: Date.now() };
  const routed = route(context);
  if (routed) return routed;

  const request = parse(http, language, context.now);
  const found = await findDerivative(request, context, services, deadline);
  if (found) return found;

  const source = await fetchSource(request.source, request.conditions, services, deadline);
  if (source === "not modified") return answerNotModified(request, context);

  const began = performance.now();
  const opened = await open(source.bytes, config);
  const planned = plan(request.options, opened.facts, request.offers, config);
  const picture = await render(planned, opened, deadline);
  log.note({ renderMs: performance.now() - began });

  const drawn = answerPicture({ picture, source, origin: opened.facts }, request, context);
  return keepDerivative(drawn, planned.cost.total, request, context, services, deadline);
}
