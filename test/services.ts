import type { RequestContext } from "../lambda/answer/answers.ts";
import { readConfig } from "../lambda/config/variables.ts";
import type { HttpRequest } from "../lambda/http.ts";
import { startCalibration } from "../lambda/image/admit.ts";
import type { LogFields, RequestLog } from "../lambda/log.ts";
import { type Limits, limitsOf } from "../lambda/options/limits.ts";
import type { Services } from "../lambda/services.ts";
import { startPace } from "../lambda/source/pace.ts";
import { recentSources } from "../lambda/source/recent.ts";
import { s3Store } from "../lambda/store/s3.ts";
import type { Store } from "../lambda/store/store.ts";
import { web } from "../lambda/store/web.ts";
import { compileLanguage } from "../lambda/url/language.ts";

/** Variables of the function. */
export type Env = Readonly<Record<string, string | undefined>>;

/** A log that is only read: nothing is written of it. */
function quietLog(): RequestLog {
  let fields: LogFields = {};
  return {
    note: (more) => {
      fields = { ...fields, ...more };
    },
    get fields() {
      return fields;
    },
  };
}

/** All that is outside, as the function makes it of its environment; `store` in place of S3. The log's fields can be read. */
export function servicesOf(env: Env = {}, { store, now = Date.now() }: { store?: Store; now?: number } = {}) {
  const config = readConfig(env);
  const log = quietLog();
  const language = compileLanguage(config, now);
  return {
    config,
    language,
    store: store ?? s3Store(config),
    web: web(config),
    calibration: startCalibration(config.memorySize),
    pace: startPace(),
    recent: recentSources(config),
    log,
  } satisfies Services;
}

/** A GET, as far as nothing else is said. */
export const requestFor = (
  { config }: Pick<Services, "config">,
  http: Partial<HttpRequest> = {},
  now = Date.now(),
): RequestContext => ({ http: { method: "GET", path: "/", headers: {}, id: "id", ...http }, config, now });

/** The limits of an environment. */
export const limitsIn = (env: Env = {}): Limits => limitsOf(readConfig(env));
