import { Deadline, DeadlineExceeded } from "../../../lambda/deadline.ts";
import type { EdgeRequest } from "./edge-function.ts";
import { type Answer, ask, ownAnswer } from "./http.ts";

/** Where answers come from. Rejects when it cannot be reached, with `DeadlineExceeded` when it does not answer in time. */
export type Origin = (request: EdgeRequest) => Promise<Answer>;

/** The objects of a bucket, each under its key, where whoever reaches the bucket may read. It answers within `timeout` seconds. */
export function bucketOrigin(endpoint: string, bucket: string, timeout: number): Origin {
  return ({ method, uri }) => {
    // Its listing: not for the edge to see.
    if (uri === "/") return Promise.resolve(ownAnswer(403, "Forbidden"));
    return within(timeout, (signal) => ask(`${endpoint}/${bucket}${uri}`, method, {}, signal));
  };
}

/** What goes on to the function, as in the stack, and whose request it is, which CloudFront always says: the URI says the rest. */
const handedOn = ["x-shutterspeed-path", "x-shutterspeed-authorization", "x-forwarded-for"];

/** The function at its URL. It answers within `timeout` seconds. */
export function functionOrigin(origin: string, timeout: number): Origin {
  return ({ method, uri, headers }) => {
    const entries = Object.entries(headers).filter(([name]) => handedOn.includes(name));
    return within(timeout, (signal) => ask(origin + uri, method, Object.fromEntries(entries), signal));
  };
}

/** Answers of the first origin that mean: ask the second. */
const failedOver = [400, 403, 404, 416, 500, 502, 503, 504];

/** The first origin, or the second where the first has nothing, fails or is silent. Never rejects. */
export function originGroup(first: Origin, second: Origin): Origin {
  return async (request) => {
    const found = await first(request).catch(() => undefined);
    if (found && !failedOver.includes(found.status)) return found;
    return second(request).catch((error) =>
      error instanceof DeadlineExceeded ? gatewayTimeout : badGateway,
    );
  };
}

/** Work that ends after so many seconds, with `DeadlineExceeded`. */
export const within = (seconds: number, work: (signal: AbortSignal) => Promise<Answer>) =>
  Deadline.in(seconds * 1000).within("the origin", Infinity, work);

const badGateway = ownAnswer(502, "Bad Gateway");
const gatewayTimeout = ownAnswer(504, "Gateway Timeout");
