import { hash, timingSafeEqual } from "node:crypto";
import type { Config } from "../config/variables.ts";
import { Forbidden } from "../errors.ts";
import { AUTHORIZATION_HEADER } from "../http.ts";
import type { RequestContext } from "./answers.ts";

/** What a request says in its `Authorization` when it knows the secret. */
export const bearer = ({ secret }: Pick<Config, "secret">): string => `Bearer ${secret}`;

/**
 * Throws `Forbidden` unless the request knows `IMGPROXY_SECRET`, where there is one. The edge has looked before, for the cache and S3
 * look at nothing, and hands on what it saw: CloudFront's own signature stands in `Authorization` by then.
 */
export function checkSecret({ http, config }: RequestContext): void {
  if (config.secret === "") return;
  const given = http.headers[AUTHORIZATION_HEADER] ?? http.headers.authorization ?? "";
  if (!timingSafeEqual(digest(given), digest(bearer(config)))) throw new Forbidden("not IMGPROXY_SECRET");
}

const digest = (text: string) => hash("sha256", text, "buffer");
