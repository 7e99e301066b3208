import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Deadline } from "../lambda/deadline.ts";
import { Failure } from "../lambda/errors.ts";
import { open } from "../lambda/image/open.ts";
import { plan } from "../lambda/image/plan.ts";
import { render } from "../lambda/image/render.ts";
import { sanitize } from "../lambda/image/svg/sanitize.ts";
import { serve } from "../lambda/serve.ts";
import { type Store, StoreError } from "../lambda/store/store.ts";
import { storeOf, streamOf } from "./objects.ts";
import { onPurpose } from "./on-purpose.ts";
import { noOffers } from "./options-of.ts";
import { oracle } from "./oracle.ts";
import { drawn } from "./pictures.ts";
import { type Env, limitsIn, requestFor, servicesOf } from "./services.ts";

interface Vector {
  /** In words. */
  readonly when: string;
  readonly sourceStatus?: number;
  /** `N`: that of the source. */
  readonly status: number | "N";
  readonly publicMessage: string;
}

const png = await drawn(40, 30).png().toBuffer();
const picture = "plain/s3://pictures/cat.png";

/** Brings a failure about. */
type Way = () => Promise<unknown>;

/** A request for `path`, of a bucket that answers as `get`. */
const asking =
  (path: string, env: Env = {}, get: Store["get"] = async () => streamOf(png)): Way =>
  () => {
    const services = servicesOf(env, { store: storeOf(get) });
    return serve(requestFor(services, { path }), services, Deadline.in(10_000));
  };

/** However long it is tried again, it ends in the same. */
const soon = { IMGPROXY_DOWNLOAD_TIMEOUT: "1" };

const asked = (options: string, env: Env = {}) => asking(`/_/${options}/${picture}`, env);
const answeredWith = (status: number) =>
  asking(`/_/w:9/${picture}`, soon, () => Promise.reject(new StoreError(status, "Error")));
const failingWith = (code: string) =>
  asking(`/_/w:9/${picture}`, soon, () => Promise.reject(Object.assign(new Error(code), { code })));

async function drawingTooLate() {
  const config = servicesOf().config;
  const opened = await open({ bytes: png }, {}, limitsIn(), Deadline.in(10_000));
  return render(plan({ width: 9 }, opened.info, noOffers, limitsIn(), config), opened, Deadline.in(0));
}

/** A 4xx that is nobody else's. */
const N = 451;

/** How to bring each of them about, in every way its words name. */
const ways: Readonly<Record<string, readonly Way[]>> = {
  "no signature or no path part": [asking("//"), asking("/_"), asking("/_/")],
  "signature mismatch": [asked("w:9", { IMGPROXY_KEY: "aa", IMGPROXY_SALT: "bb" })],
  "unknown option": [asked("unknown:9")],
  "option not in IMGPROXY_ALLOWED_PROCESSING_OPTIONS": [
    asked("w:9", { IMGPROXY_ALLOWED_PROCESSING_OPTIONS: "h" }),
  ],
  "unknown preset": [asked("pr:unknown")],
  "security option while disabled": [asked("max_src_resolution:9")],
  "empty/undecodable/multi-format source URL": [
    asking("/_/w:9/plain/"),
    asking("/_/w:9/plain/s3://pictures/%zz"),
    asking("/_/w:9/!"),
    asking(`/_/w:9/${picture}@png@png`),
  ],
  "source URL not in IMGPROXY_ALLOWED_SOURCES": [asked("w:9", { IMGPROXY_ALLOWED_SOURCES: "s3://other/" })],
  "missing/wrong Authorization": [asked("w:9", { IMGPROXY_SECRET: "not said" })],
  "raster source and svg requested": [asked("f:svg"), asking(`/_/w:9/${picture}@svg`)],
  "IMGPROXY_TIMEOUT hit in queue, after header fetch, or between processing steps": [drawingTooLate],
  "unsupported or disabled URL scheme": [asking("/_/w:9/plain/ftp://pictures/cat.png")],
  "URL cannot be parsed / DNS failure / connection refused / TLS error": [
    asking("/_/w:9/plain/s3://pictures"),
    failingWith("ENOTFOUND"),
    failingWith("ECONNREFUSED"),
    failingWith("CERT_HAS_EXPIRED"),
  ],
  "source status 4xx (N)": [answeredWith(N)],
  "source status 5xx": [answeredWith(500), answeredWith(599)],
  "file larger than limit": [asked("w:9", { IMGPROXY_MAX_SRC_FILE_SIZE: "9" })],
  "resolution limit": [asked("w:9", { IMGPROXY_MAX_SRC_RESOLUTION: "0.001" })],
  "bucket denied by allow/deny list": [
    asked("w:9", { IMGPROXY_S3_DENIED_BUCKETS: "pictures" }),
    asked("w:9", { IMGPROXY_S3_ALLOWED_BUCKETS: "other" }),
  ],
  "S3 HTTP error status N (4xx)": [answeredWith(N)],
  // librsvg refuses all that the sanitiser would, and comes first.
  "SVG sanitiser parse error": [async () => sanitize(Buffer.from("<svg><g></svg>"))],
  "S3 client error without HTTP response": [failingWith("CredentialsProviderError")],
};

const gone = onPurpose("clientGone");

/** Those that are not brought about, or end in another answer of ours. */
const outside: Readonly<Record<string, string>> = {
  'no keys configured and signature contains ":"': onPurpose("ownWords"),
  "queue full": onPurpose("noQueue"),
  "client disconnected": gone,
  "download context cancelled": gone,
  "206 that is not the whole entity, or bad Content-Range": "not built yet: http sources",
  "connection reset while reading body": onPurpose("resetIs502"),
  "read error during type detection": onPurpose("wholeSource"),
  "any other libvips error (incl. built-in BMP/ICO loaders)": onPurpose("brokenIs422"),
};

const waysTo = ({ when, sourceStatus }: Vector) =>
  sourceStatus === undefined ? (ways[when] ?? []) : [answeredWith(sourceStatus)];

describe("errorMapping: what fails is answered as imgproxy answers it", () => {
  for (const vector of oracle<Vector>("errorMapping")) {
    const { when, status, publicMessage } = vector;
    test(when, { skip: outside[when] ?? false }, async () => {
      const brought = waysTo(vector);
      assert.ok(brought.length > 0, "nobody knows how to bring it about");
      for (const way of brought) {
        const failure = await way().then(
          () => "nothing failed",
          (error: unknown) => error,
        );
        assert.ok(failure instanceof Failure, String(failure));
        assert.deepEqual(
          [failure.status, failure.publicMessage],
          [status === "N" ? N : status, publicMessage],
          failure.message,
        );
      }
    });
  }
});
