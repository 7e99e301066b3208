import {
  type Failure,
  Forbidden,
  InvalidUrl,
  MissingSignature,
  NoRoute,
  NowhereToKeep,
  SecurityOption,
  SourceNotAllowed,
  SourceTimeout,
  SourceUnreachable,
  Timeout,
  UrlTooLong,
} from "../lambda/errors.ts";

/** The statuses CloudFront repeats, for 10 s unless told otherwise. 422 is not among them. */
const repeated = [400, 403, 404, 405, 414, 500, 501, 502, 503, 504];

const failures: readonly Failure[] = [
  new Forbidden(),
  new InvalidUrl(),
  new MissingSignature(),
  new NoRoute(),
  new NowhereToKeep(),
  new SecurityOption(),
  new SourceNotAllowed(),
  new SourceTimeout(),
  new SourceUnreachable(""),
  new SourceUnreachable("", { cacheFor: 0 }),
  new SourceUnreachable("", { status: 403 }),
  new SourceUnreachable("", { status: 502 }),
  new Timeout(),
  new UrlTooLong(),
];

/** The one that passes soonest speaks for its status; one that lasts says so itself (`answerFailure`). */
const seconds = (httpStatus: number) =>
  failures
    .filter(({ status }) => status === httpStatus)
    .map(({ cacheFor }) => cacheFor)
    .toSorted((a, b) => a - b)[0] ?? 0;

/** Seconds CloudFront repeats a failure that does not say so itself, by its status; of one that does, at least. */
export const errorTtls: ReadonlyMap<number, number> = new Map(
  repeated.map((httpStatus) => [httpStatus, seconds(httpStatus)]),
);
