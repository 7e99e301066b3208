import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  answerElsewhere,
  answerFailure,
  answerKept,
  answerNotModified,
  answerPicture,
  cacheControl,
  contentDisposition,
  type Finished,
  type RequestContext,
  validators,
  vary,
} from "../../lambda/answer/answers.ts";
import { canonical } from "../../lambda/answer/headers.ts";
import { route } from "../../lambda/answer/routes.ts";
import { readConfig } from "../../lambda/config/variables.ts";
import { Failure, NoRoute, SourceTimeout, Timeout } from "../../lambda/errors.ts";
import type { HttpRequest } from "../../lambda/http.ts";
import { type ImageRequest, parse } from "../../lambda/url/parse.ts";
import { onPurpose } from "../on-purpose.ts";
import { envOf, oracle, type Settings, unbuilt } from "../oracle.ts";
import { limitsIn, servicesOf } from "../services.ts";

/** A whole second, so that dates lose nothing. */
const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const csp = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

const contextOf = (
  env: Readonly<Record<string, string>> = {},
  http: Partial<HttpRequest> = {},
): RequestContext => ({
  http: { method: "GET", path: "/sig/w:1/plain/s3://b/cat.jpg", headers: {}, id: "id-1", ...http },
  config: readConfig(env),
  now,
});

const request = (options: ImageRequest["options"] = {}): ImageRequest => ({
  source: "s3://b/cat.jpg",
  key: `${"0".repeat(32)}/${"1".repeat(32)}.any`,
  options,
  limits: limitsIn(),
  offers: { auto: [], enforced: [], preferred: ["jpeg"] },
  conditions: {},
});

const finished: Finished = {
  picture: { body: Buffer.from("pixels"), format: "webp", width: 30, height: 20 },
  source: { bytes: Buffer.alloc(1234), etag: '"e1"', lastModified: "Wed, 21 Oct 2015 07:28:00 GMT" },
  origin: { width: 300, height: 200, orientation: 6 },
};

const configOf = (settings: Settings) => readConfig(envOf(settings));

interface Moment {
  readonly secondsFromNow: number;
}
interface CacheControlVector {
  readonly id: string;
  readonly originHeaders: { readonly "Cache-Control"?: string; readonly Expires?: Moment };
  readonly config: Settings;
  readonly actions?: readonly { readonly expires?: Moment }[];
  readonly expect: string;
}

describe("cacheControl: Cache-Control is imgproxy's", () => {
  for (const { id, originHeaders, config, actions = [], expect } of oracle<CacheControlVector>(
    "cacheControl",
  )) {
    test(id, { skip: unbuilt(config) }, () => {
      const { Expires: expires } = originHeaders;
      const [until] = actions.map((action) => action.expires);
      const answer = cacheControl(
        { ...contextOf(), config: configOf(config) },
        until && now / 1000 + until.secondsFromNow,
        {
          cacheControl: originHeaders["Cache-Control"],
          expires: expires && new Date(now + expires.secondsFromNow * 1000).toUTCString(),
        },
      );
      assert.equal(answer, expect);
    });
  }
});

test("an expiring URL is not cached longer than it lives, even where the source says so", () => {
  const { config } = contextOf({ IMGPROXY_CACHE_CONTROL_PASSTHROUGH: "1" });
  const source = { cacheControl: "max-age=999999" };
  assert.equal(cacheControl({ ...contextOf(), config }, now / 1000 + 60, source), "max-age=60, public");
});

test("a source's Cache-Control that no header can hold is passed over", () => {
  const { config } = contextOf({ IMGPROXY_CACHE_CONTROL_PASSTHROUGH: "1", IMGPROXY_TTL: "7" });
  assert.equal(
    cacheControl({ ...contextOf(), config }, 0, { cacheControl: "max-age=1\r\nX: y" }),
    "max-age=7, public",
  );
});

interface DispositionVector {
  readonly id: string;
  readonly url: string;
  readonly filename: string;
  readonly ext: string;
  readonly attachment: boolean;
  readonly expect: string;
}

describe("contentDisposition: Content-Disposition is imgproxy's", () => {
  for (const { id, url, filename, ext, attachment, expect } of oracle<DispositionVector>(
    "contentDisposition",
  )) {
    const unable = ext === "" && { skip: "not built yet: raw, the only answers without a result format" };
    test(id, unable || {}, () => {
      assert.equal(contentDisposition(url, filename, ext, attachment), expect);
    });
  }
});

test("a name beyond ASCII is given twice, plain and whole", () => {
  assert.equal(
    contentDisposition("s3://b/Zoë's (1).jpg", "", ".webp", false),
    `inline; filename="Zo_'s (1).webp"; filename*=UTF-8''Zo%C3%AB%27s%20%281%29.webp`,
  );
});

test("a name is cut to what a file may be called, between characters", () => {
  const nameIn = (name: string) =>
    decodeURIComponent(
      /filename\*=UTF-8''(.*)$/.exec(contentDisposition("", name, ".webp", false))?.[1] ?? "",
    );
  assert.equal(nameIn("é".repeat(400)), `${"é".repeat(125)}.webp`);
  assert.equal(nameIn("😀".repeat(400)), `${"😀".repeat(62)}.webp`);
  assert.equal(
    contentDisposition("", "a".repeat(999), ".jpg", true).length,
    `attachment; filename=""`.length + 255,
  );
});

test("whatever a URL and its source say, the headers of an answer stay below 8 KB", () => {
  const long = "é".repeat(6000);
  const source = { bytes: Buffer.alloc(1), etag: `"${"e".repeat(9000)}"`, cacheControl: "x".repeat(9000) };
  const context = contextOf({
    IMGPROXY_CACHE_CONTROL_PASSTHROUGH: "1",
    IMGPROXY_ENABLE_DEBUG_HEADERS: "1",
    IMGPROXY_SET_CANONICAL_HEADER: "1",
  });
  const asked = { ...request({ filename: long }), source: `https://b/${"k".repeat(2990)}` };
  const answers = [
    answerPicture({ ...finished, source }, asked, context),
    answerNotModified(source, asked, context),
    answerElsewhere(`/${"p".repeat(6143)}`, context),
  ];
  for (const { headers } of answers)
    assert.ok(Object.entries(headers).join("\r\n").length < 8000, JSON.stringify(headers).slice(0, 200));
});

test("half a character is no reason to fail", () => {
  assert.equal(
    contentDisposition("", "a\ud800", ".jpg", false),
    `inline; filename="a_.jpg"; filename*=UTF-8''a%EF%BF%BD.jpg`,
  );
});

test("whatever a name holds, the header is printable ASCII in one line", () => {
  const property = fc.property(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "binary" }),
    (source, name) => {
      const header = contentDisposition(source, name, ".jpg", true);
      assert.match(header, /^attachment; filename="[ !#-~]+"(; filename\*=UTF-8''[\w!#$&+.^`|~%-]+)?$/);
    },
  );
  fc.assert(property);
});

interface ValidatorVector {
  readonly id: string;
  readonly sourceHeaders: { readonly ETag?: string; readonly "Last-Modified"?: string };
  readonly config: Settings;
  readonly responseHeaders: Readonly<Record<string, string>>;
}

describe("conditionalResponse: validators are handed on as imgproxy does it", () => {
  for (const { id, sourceHeaders, config, responseHeaders } of oracle<ValidatorVector>(
    "conditionalResponse",
  )) {
    // The buster is part of our key, and so of every ETag.
    const busted = "IMGPROXY_ETAG_BUSTER" in config && onPurpose("ownEtag");
    test(id, { skip: unbuilt(config) || busted }, () => {
      const facts = { etag: sourceHeaders.ETag, lastModified: sourceHeaders["Last-Modified"] };
      const { ETag, ...others } = validators(facts, request().key, configOf(config));
      const { ETag: theirs, ...expected } = responseHeaders;
      assert.deepEqual(others, expected);
      // Ours holds the source's, and tells this picture of it from others.
      assert.equal(ETag?.replace("1111111111111111.any-", ""), theirs);
    });
  }
});

test("a source's validators are handed on, but for a date that is none", () => {
  const both = { etag: '"e1"', lastModified: "Wed, 21 Oct 2015 07:28:00 GMT" };
  const { config } = contextOf();
  const { key } = request();
  assert.deepEqual(validators(both, key, config), {
    ETag: '"1111111111111111.any-e1"',
    "Last-Modified": both.lastModified,
  });
  assert.deepEqual(validators({ lastModified: "yesterday" }, key, config), {});
});

test("validators that no header can hold are passed over", () => {
  const { config } = contextOf();
  for (const etag of ['"\u00e9"', '"a\r\nSet-Cookie: b"', '"\0"', '"\u007f"']) {
    assert.deepEqual(validators({ etag }, request().key, config), {}, JSON.stringify(etag));
  }
  const lastModified = "Wed, 21 Oct 2015 07:28:00 GMT (m\u00e9)";
  assert.ok(!Number.isNaN(Date.parse(lastModified)));
  assert.deepEqual(validators({ lastModified }, request().key, config), {});
});

interface CanonicalVector {
  readonly id: string;
  readonly enabled: boolean;
  readonly url: string;
  readonly link: string | null;
}

describe("canonical: Link is imgproxy's", () => {
  for (const { id, enabled, url, link } of oracle<CanonicalVector>("canonical")) {
    test(id, () => {
      const config = readConfig({ IMGPROXY_SET_CANONICAL_HEADER: String(enabled) });
      assert.deepEqual(canonical(url, config), link === null ? {} : { Link: link });
    });
  }
});

test("a source without an address on the web has no canonical link, and what no header holds is encoded", () => {
  const linkOf = (source: string) =>
    canonical(source, readConfig({ IMGPROXY_SET_CANONICAL_HEADER: "1" })).Link;
  assert.equal(linkOf("s3://b/k"), undefined);
  assert.equal(
    linkOf("http://a.b/é >\r\n.jpg?x=%20"),
    '<http://a.b/%C3%A9%20%3E%0D%0A.jpg?x=%20>; rel="canonical"',
  );
  assert.equal(linkOf(`http://a.b/${"é".repeat(600)}`), undefined);
  assert.equal(canonical("http://a.b/c", readConfig({})).Link, undefined);
});

test("200 and 304 name the original", () => {
  const context = contextOf({ IMGPROXY_SET_CANONICAL_HEADER: "1" });
  const asked = { ...request(), source: "https://a.b/c.jpg" };
  for (const { headers } of [answerPicture(finished, asked, context), answerNotModified({}, asked, context)])
    assert.equal(headers.Link, '<https://a.b/c.jpg>; rel="canonical"');
});

test("every answer says whose pages may read it, asked from there or not, failures and OPTIONS too", () => {
  const context = contextOf({ IMGPROXY_ALLOW_ORIGIN: "https://example.com" });
  const options = route({ ...context, http: { ...context.http, method: "OPTIONS" } });
  const answers = [
    answerPicture(finished, request(), context),
    answerNotModified({}, request(), context),
    answerKept(Buffer.from("x"), {}, context),
    answerFailure(new Timeout(""), context),
    answerElsewhere("/there", context),
    options,
  ];
  for (const answer of answers) {
    assert.equal(answer?.headers["Access-Control-Allow-Origin"], "https://example.com");
    assert.equal(answer?.headers["Access-Control-Allow-Methods"], "GET, OPTIONS");
  }
  const without = answerPicture(finished, request(), contextOf()).headers;
  assert.equal(
    Object.keys(without).find((name) => name.startsWith("Access-")),
    undefined,
  );
});

interface VaryVector {
  readonly id: string;
  readonly config: Settings;
  readonly vary: string | null;
}

describe("vary: Vary is imgproxy's", () => {
  for (const { id, config, vary: expect } of oracle<VaryVector>("vary")) {
    test(id, { skip: unbuilt(config) }, () => {
      assert.deepEqual(vary(configOf(config)), expect === null ? {} : { Vary: expect });
    });
  }
});

test("a picture goes out with all it should say, and nothing more", () => {
  const answer = answerPicture(
    finished,
    request({ return_attachment: true }),
    contextOf({ IMGPROXY_AUTO_WEBP: "1" }),
  );
  assert.equal(answer.status, 200);
  assert.equal(answer.body, finished.picture.body);
  const { "x-amz-meta-cache-tag": tag, ...headers } = answer.headers;
  assert.match(tag ?? "", /^[0-9a-f]{32}$/);
  assert.deepEqual(headers, {
    Server: "imgproxy",
    "X-Request-ID": "id-1",
    "Content-Security-Policy": csp,
    "Content-Type": "image/webp",
    "Content-Disposition": 'attachment; filename="cat.webp"',
    "Cache-Control": "max-age=31536000, public",
    Vary: "Accept",
    ETag: '"1111111111111111.any-e1"',
    "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT",
  });
});

test("two pictures of one source carry one cache tag, pictures of two sources two", () => {
  const { language } = servicesOf();
  const tagOf = (path: string) => {
    const context = contextOf({}, { path });
    const answer = answerPicture(finished, parse(context.http, language, now), context);
    return answer.headers["x-amz-meta-cache-tag"];
  };
  assert.equal(tagOf("/a/w:1/plain/s3://b/k"), tagOf("/b/h:2/plain/s3://b/k@png"));
  assert.notEqual(tagOf("/a/w:1/plain/s3://b/k"), tagOf("/a/w:1/plain/s3://b/l"));
});

for (const [orientation, seen] of [
  [1, "300x200"],
  [2, "300x200"],
  [3, "300x200"],
  [4, "300x200"],
  [5, "200x300"],
  [6, "200x300"],
  [7, "200x300"],
  [8, "200x300"],
] as const) {
  test(`debug headers tell the size of a source of EXIF orientation ${orientation} as it is seen`, () => {
    const turned = { ...finished, origin: { width: 300, height: 200, orientation } };
    const { headers } = answerPicture(turned, request(), contextOf({ IMGPROXY_ENABLE_DEBUG_HEADERS: "1" }));
    assert.equal(`${headers["X-Origin-Width"]}x${headers["X-Origin-Height"]}`, seen);
  });
}

test("debug headers tell bytes of the source, and the size of the result", () => {
  const { headers } = answerPicture(finished, request(), contextOf({ IMGPROXY_ENABLE_DEBUG_HEADERS: "1" }));
  assert.equal(headers["X-Origin-Content-Length"], "1234");
  assert.equal(`${headers["X-Result-Width"]}x${headers["X-Result-Height"]}`, "30x20");
});

test("304 has no body, and may be cached like the picture", () => {
  const { status, body, headers } = answerNotModified({}, request({ expires: now / 1000 + 5 }), contextOf());
  assert.deepEqual([status, body, headers["Cache-Control"]], [304, "", "max-age=5, public"]);
});

test("304 carries what the full answer would", () => {
  const context = contextOf({ IMGPROXY_CACHE_CONTROL_PASSTHROUGH: "1", IMGPROXY_AUTO_WEBP: "1" });
  const source = { ...finished.source, cacheControl: "max-age=60" };
  const {
    "Content-Type": _,
    "Content-Disposition": __,
    ...full
  } = answerPicture({ ...finished, source }, request(), context).headers;
  assert.deepEqual(answerNotModified(source, request(), context).headers, full);
  assert.equal(full["Cache-Control"], "max-age=60");
});

test("a failure tells its one sentence, in text, and no cache may keep it", () => {
  const { status, body, headers } = answerFailure(new SourceTimeout("s3://secret"), contextOf());
  assert.deepEqual([status, body, headers["Content-Type"]], [504, "Source is unreachable", "text/plain"]);
  assert.equal(headers["Cache-Control"], undefined);
  assert.equal(headers["Retry-After"], "1");
  assert.equal(headers["Content-Security-Policy"], csp);
});

describe("IMGPROXY_DEVELOPMENT_ERRORS_MODE", () => {
  const failure = new SourceTimeout("s3://b/<k>: too late", { cause: new TypeError("socket & all") });
  const answered = (headers = {}, env = {}) =>
    answerFailure(failure, contextOf({ IMGPROXY_DEVELOPMENT_ERRORS_MODE: "1", ...env }, { headers }));

  test("tells all of a failure in text: message, blank line, stacks of it and of its causes", () => {
    const { status, body, headers } = answered();
    assert.deepEqual([status, headers["Content-Type"]], [504, "text/plain; charset=utf-8"]);
    assert.match(`${body}`, /^s3:\/\/b\/<k>: too late\n\nSourceTimeout.*\n +at /);
    assert.match(`${body}`, /TypeError: socket & all\n +at /);
  });

  test("tells browsers the same in a page, in which nothing of the request is markup", () => {
    const { status, body, headers } = answered({ accept: "text/html,*/*" });
    assert.deepEqual([status, headers["Content-Type"]], [504, "text/html; charset=utf-8"]);
    assert.match(`${body}`, /^<!doctype html><title>504 Source is unreachable<\/title>/);
    assert.match(`${body}`, /<h2>SourceTimeout: s3:\/\/b\/&#60;k&#62;: too late<\/h2>/);
    assert.match(`${body}`, /socket &#38; all/);
    assert.doesNotMatch(`${body}`, /<k>/);
  });

  test("ends where causes go in circles", () => {
    const circle = new Error("a");
    circle.cause = circle;
    const around = new SourceTimeout("", { cause: circle });
    const context = contextOf({ IMGPROXY_DEVELOPMENT_ERRORS_MODE: "1" });
    assert.ok(answerFailure(around, context).body.length < 50_000);
  });

  test("is off unless it is asked for", () => {
    assert.equal(answered({}, { IMGPROXY_DEVELOPMENT_ERRORS_MODE: "0" }).body, "Source is unreachable");
  });
});

test("a failure that passes says when to come back", () => {
  assert.equal(answerFailure(new Timeout(""), contextOf()).headers["Retry-After"], "1");
});

test("a derivative goes out as it was kept", () => {
  const facts = { type: "image/png", cacheControl: "max-age=9", contentDisposition: "inline", etag: '"d"' };
  const { status, headers } = answerKept(Buffer.from("x"), facts, contextOf());
  assert.equal(status, 200);
  assert.equal(headers["Content-Type"], "image/png");
  assert.equal(headers["Cache-Control"], "max-age=9");
  assert.equal(headers["Content-Disposition"], "inline");
});

test("a redirect is stored by nobody", () => {
  const { status, headers } = answerElsewhere("/there", contextOf());
  assert.deepEqual([status, headers.Location, headers["Cache-Control"]], [302, "/there", "no-store"]);
});

/** As imgproxy's suite has it: method, path, status, type, Cache-Control, body. `null`: not a route, or not sent. */
const routes = [
  ["GET", "/", 200, "text/html", "max-age=31536000, public", null],
  ["GET", "", 200, "text/html", "max-age=31536000, public", null],
  ["GET", "/favicon.ico", 404, "text/plain", null, " "],
  ["GET", "/health", 200, "text/plain", "no-cache", "imgproxy is running"],
  ["GET", "/.well-known/x", 404, "text/plain", null, " "],
  ["HEAD", "/health", 200, "text/plain", "no-cache", null],
  ["HEAD", "/favicon.ico", 404, "text/plain", null, null],
  ["OPTIONS", "/whatever", 200, "text/plain", "max-age=31536000, public", " "],
  ["PUT", "/", 404, "text/plain", null, " "],
  ["POST", "/sig/w:1/plain/s3://b/k", 404, "text/plain", null, " "],
] as const;

function routed(context: RequestContext) {
  try {
    return route(context);
  } catch (error) {
    assert.ok(error instanceof Failure);
    return answerFailure(error, context);
  }
}

for (const [method, path, status, type, cached, body] of routes) {
  test(`${method} ${path || "(nothing)"} is answered as imgproxy does`, () => {
    for (const prefix of ["", "/img"]) {
      const answer = routed(contextOf({ IMGPROXY_PATH_PREFIX: prefix }, { method, path: prefix + path }));
      assert.equal(answer?.status, status);
      assert.equal(answer.headers["Content-Type"], type);
      assert.equal(answer.headers["Cache-Control"] ?? null, cached);
      assert.equal(answer.headers.Server, "imgproxy");
      if (body !== null) assert.equal(answer.body, body);
    }
  });
}

test("the health check is also at a path of one's own, and nowhere else", () => {
  const health = (path: string) =>
    route(contextOf({ IMGPROXY_HEALTH_CHECK_PATH: "/up/yet" }, { path }))?.body;
  assert.equal(health("/up/yet"), "imgproxy is running");
  assert.equal(health("/health"), "imgproxy is running");
  assert.equal(health("/up"), undefined);
  assert.notEqual(health(""), "imgproxy is running");
});

test("what may be a picture is no route", () => {
  assert.equal(route(contextOf()), undefined);
  assert.equal(route(contextOf({}, { path: "/healthy" })), undefined);
});

test("outside the prefix there is nothing", () => {
  const http = { path: "/health" };
  assert.throws(() => route(contextOf({ IMGPROXY_PATH_PREFIX: "/img" }, http)), NoRoute);
});
