import { answerFailure } from "../../lambda/answer/answers.ts";
import { Deadline } from "../../lambda/deadline.ts";
import { Failure } from "../../lambda/errors.ts";
import { forMethod } from "../../lambda/http.ts";
import { serve } from "../../lambda/serve.ts";
import { requestFor, servicesOf } from "../services.ts";
import type { Answer } from "./compare.ts";
import { type Asked, pathOf, type WebCase, type WebOrigin, webEnvironments } from "./web-cases.ts";

const groups = new Map<string, ReturnType<typeof servicesOf>>();

/** ms a request may take: what waits for imgproxy's own limit of 5 s is not worth it here. */
const PATIENCE = 4000;

/** What we answer to the same request, and what we asked the origin for it. */
export async function answerOver(
  asked: WebCase,
  origin: WebOrigin,
): Promise<{ readonly answer: Answer; readonly asked: readonly Asked[] }> {
  const services = groups.get(asked.group) ?? servicesOf(webEnvironments.get(asked.group));
  groups.set(asked.group, services);
  const path = pathOf(asked, origin.address);
  const ask = async (more: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const headers = { host: "127.0.0.1", accept: "*/*", ...asked.headers, ...more };
    const context = requestFor(services, { method: asked.method, path, headers, id: "id" });
    const response = await serve(context, services, Deadline.in(PATIENCE)).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      return answerFailure(error, context);
    });
    const given = Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value]);
    return {
      status: response.status,
      headers: Object.fromEntries(given),
      body: Buffer.from(forMethod(response, asked.method).body),
    };
  };
  await origin.asked();
  const first = await ask();
  const [condition, header] =
    asked.again === "etag"
      ? (["if-none-match", first.headers.etag] as const)
      : (["if-modified-since", first.headers["last-modified"]] as const);
  if (asked.again && header) await origin.asked();
  const answer = asked.again && header ? await ask({ [condition]: header }) : first;
  return { answer, asked: await origin.asked() };
}
