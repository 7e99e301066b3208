import type { RequestContext } from "./answer/answers.ts";
import { isSilent, route } from "./answer/routes.ts";
import { type Config, readConfig } from "./config/variables.ts";
import { type Deadline, DeadlineExceeded } from "./deadline.ts";
import { Failure, InternalError, Timeout } from "./errors.ts";
import type { HttpResponse } from "./http.ts";
import { MEMORY_OF_ONE_CPU, startCalibration } from "./image/admit.ts";
import { callAws } from "./keys/aws-json.ts";
import { keyring } from "./keys/keyring.ts";
import { firstGets } from "./keys/unverified.ts";
import type { Outcome, RequestLog } from "./log.ts";
import { serve } from "./serve.ts";
import { startPace } from "./source/pace.ts";
import { recentSources } from "./source/recent.ts";
import { headStart } from "./store/head-start.ts";
import { s3Store } from "./store/s3.ts";
import { web } from "./store/web.ts";
import { compileLanguage } from "./url/language.ts";
import { shownPath } from "./url/shown.ts";

/** What belongs to one request. */
export interface Request extends RequestContext {
  readonly log: RequestLog;
  /** ms of the monotonic clock. */
  readonly began: number;
}

/** What a process has read and opened once, and serves its requests with. */
export interface Opened {
  readonly config: Config;
  /** Rejects with whatever went wrong. */
  serve(request: Request, deadline: Deadline): Promise<HttpResponse>;
}

/** Reads the environment and opens what it names. Throws one sentence when it is nonsense. */
export function open(env: Readonly<Record<string, string | undefined>>): Opened {
  const config = readConfig(env);
  const unverified = compileLanguage(config, Date.now());
  const ring = keyring(unverified, (call) => callAws(call, env));
  const opened = {
    store: s3Store(config),
    web: web(config),
    // Only Lambda gives as much of a CPU as of memory.
    calibration: startCalibration(config.functionName ? config.memorySize : MEMORY_OF_ONE_CPU),
    pace: startPace(),
    recent: recentSources(config),
  };
  return {
    config,
    async serve(request, deadline) {
      // What asks for no picture waits for no keys.
      const routed = route(request);
      if (routed) return routed;
      // At a cold start S3 is asked while the keys come; what it says is looked at once the signature was right.
      const early = headStart(opened.store, ring.awaited ? firstGets(request, unverified) : []);
      try {
        const language = await ring.languageFor(request.http.path);
        const services = { ...opened, store: early.store, config: language.config, language };
        return await serve(request, { ...services, log: request.log }, deadline);
      } finally {
        early.end();
      }
    },
  };
}

/** What an error is to whoever asked. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return error instanceof DeadlineExceeded
    ? new Timeout(error.message)
    : new InternalError("unforeseen", { cause: error });
}

/** What is told of a request that has ended; `undefined` of one that is passed over in silence. */
export function outcomeOf(
  { http, config, began }: Request,
  ending: Omit<Outcome, "http" | "durationMs">,
): Outcome | undefined {
  if (isSilent(http.path, config) && ending.status < 500) return undefined;
  const shown = { ...http, path: shownPath(http.path, config) };
  return { http: shown, durationMs: performance.now() - began, ...ending };
}
