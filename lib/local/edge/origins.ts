import { Deadline, DeadlineExceeded } from "../../../lambda/deadline.ts";
import { failoverStatusCodes } from "../../origins.ts";
import type { EdgeRequest } from "./edge-function.ts";
import { type Answer, ask, ownAnswer } from "./http.ts";

/** Where answers come from. Rejects when it cannot be reached, with `DeadlineExceeded` when it does not answer in time. */
export type Origin = (request: EdgeRequest) => Promise<Answer>;

/** The objects of a bucket, each under its key, where whoever reaches the bucket may read. It answers within `timeout` seconds. */
export function bucketOrigin(endpoint: string, bucket: string, timeout: number): Origin {
  return ({ method, uri, headers }) => {
    // Its listing: not for the edge to see.
    if (uri === "/") return Promise.resolve(ownAnswer(403, "Forbidden"));
    return within(timeout, (signal) => ask(`${endpoint}/${bucket}${uri}`, method, headers, signal));
  };
}

/** bytes of headers that S3 takes, and how many CloudFront adds, a signature above all. */
const [S3_HEADERS, ADDED_HEADERS] = [8192, 1024];

/** S3, which refuses longer headers than it takes. */
export function refusingLongHeaders(origin: Origin): Origin {
  return (request) => {
    const lengths = Object.entries(request.headers).map(([name, value]) => name.length + value.length + 4);
    const bytes = lengths.reduce((sum, length) => sum + length, ADDED_HEADERS);
    return bytes > S3_HEADERS
      ? Promise.resolve(ownAnswer(400, "RequestHeaderSectionTooLarge"))
      : origin(request);
  };
}

/** An origin that hears these headers of a viewer and no others, by the origin request policy, and whose request it is, which CloudFront always says. */
export function hearing(names: readonly string[], origin: Origin): Origin {
  const heard = [...names, "x-forwarded-for"];
  return ({ headers, ...request }) =>
    origin({
      ...request,
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => heard.includes(name))),
    });
}

/** The function at its URL. It answers within `timeout` seconds. */
export function functionOrigin(origin: string, timeout: number): Origin {
  return ({ method, uri, headers }) =>
    within(timeout, (signal) => ask(origin + uri, method, headers, signal));
}

/** The first origin, or the second where the first has nothing, fails or is silent. Never rejects. */
export function originGroup(first: Origin, second: Origin): Origin {
  return async (request) => {
    const found = await first(request).catch(() => undefined);
    if (found && !failoverStatusCodes.includes(found.status)) return found;
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
