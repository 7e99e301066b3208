import assert from "node:assert/strict";
import { test } from "node:test";
import { answerFailure } from "../../lambda/answer/answers.ts";
import { route } from "../../lambda/answer/routes.ts";
import { Failure } from "../../lambda/errors.ts";
import { parse } from "../../lambda/url/parse.ts";
import { edgeFunction } from "../../lib/local/edge/edge-function.ts";
import { viewerRequestCode } from "../../lib/stack/edge-code.ts";
import { underLoad } from "../load.ts";
import { requestFor, servicesOf } from "../services.ts";

/** ms a URL may take to be understood, at the edge or in the function. */
const MOST = 20;

const presets = `t=${"w:1/".repeat(9)}h:2,a=${"pr:t/".repeat(9)}pr:t,b=${"pr:a/".repeat(6)}pr:a`;
const unsigned = { IMGPROXY_PRESETS: presets };
const signed = { IMGPROXY_KEY: "ab", IMGPROXY_SALT: "cd" };
const patterns = {
  IMGPROXY_ALLOWED_SOURCES: `s3://${"*a".repeat(20)}/`,
  IMGPROXY_URL_REPLACEMENTS: `${"*a".repeat(20)}/=x`,
};

const source = "plain/s3://b/k";
const hostile = (length: number): readonly string[] => [
  "=".repeat(length),
  `${"=".repeat(length)}a`,
  `plain/${"=".repeat(length)}`,
  `bl:${"1".repeat(length)}x/${source}`,
  `bl:1e${"1".repeat(length)}x/${source}`,
  `w:${"9".repeat(length)}/${source}`,
  `dpr:0x${"a".repeat(length)}/${source}`,
  `dpr:0x${"a".repeat(length)}p1/${source}`,
  `dpr:${"1_".repeat(length / 2)}1/${source}`,
  `pr${":t".repeat(length / 2)}/${source}`,
  `pr${":b".repeat(length / 2)}/${source}`,
  `${"pr:b/".repeat(length / 5)}${source}`,
  `${"w:1/".repeat(length / 4)}${source}`,
  `${"c:1:1:ce:1:1/".repeat(length / 13)}${source}`,
  `fn:${"a".repeat(length)}:1/${source}`,
  `fn:${"=".repeat(length)}:1/${source}`,
  `plain/s3://b/${"a".repeat(length)}`,
  `plain/s3://${"a".repeat(length)}b`,
  `plain/${"s3:/".repeat(length / 4)}`,
  `plain/${"%C3%A9".repeat(length / 6)}`,
  `plain/${"@".repeat(length)}`,
  `${"/".repeat(length)}`,
  `${":".repeat(length)}`,
  `${"plain/".repeat(length / 6)}`,
  `${".".repeat(length)}`,
  `${"%3A".repeat(length / 3)}/x`,
  `${"A".repeat(length)}.png`,
];

/** ms of CPU that `work` takes at best: other processes of the machine are not what is measured. */
function best(work: () => void): number {
  const times = [1, 2, 3].map(() => {
    const began = performance.now();
    work();
    return performance.now() - began;
  });
  return Math.min(...times);
}

/** All that happens to a request before anything outside is asked. */
function understand(path: string, services: ReturnType<typeof servicesOf>) {
  const context = requestFor(services, { path }, 0);
  try {
    route(context);
    parse(context.http, services.language, 0);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    answerFailure(error, context);
  }
}

for (const [name, env] of [
  ["no keys", unsigned],
  ["keys", signed],
  ["patterns", patterns],
] as const) {
  test(`with ${name}, no URL takes longer than ${MOST} ms to be understood`, () => {
    const services = servicesOf(env, { now: 0 });
    const edge = edgeFunction(viewerRequestCode(services.config));
    for (const path of [5_900, 8_000, 30_000].flatMap(hostile)) {
      for (const signature of ["_", "=".repeat(5_900), path]) {
        const uri = `/${signature}/${path}`;
        const shown = `${uri.slice(0, 30)}… (${uri.length})`;
        const inFunction = best(() => understand(uri, services));
        assert.ok(inFunction < underLoad(MOST), `${shown}: ${inFunction} ms`);
        const atEdge = best(() => edge({ method: "GET", uri, headers: {} }));
        assert.ok(atEdge < underLoad(MOST), `${shown}: ${atEdge} ms at the edge`);
      }
    }
  });
}

test("of a path that is not signed, not even its source is computed", () => {
  const path = `/sig/${source}`;
  const headersFor = (env: Readonly<Record<string, string>>, status: number) => {
    const services = servicesOf(env, { now: 0 });
    const context = requestFor(services, { path: env.IMGPROXY_KEY ? path : `${path}@none` });
    try {
      parse(context.http, services.language, 0);
    } catch (error) {
      assert.ok(error instanceof Failure);
      assert.equal(error.status, status);
      return answerFailure(error, context).headers;
    }
    return assert.fail("it was read");
  };
  assert.ok(headersFor({}, 404)["x-amz-meta-cache-tag"]);
  assert.equal(headersFor(signed, 403)["x-amz-meta-cache-tag"], undefined);
});

test("presets of presets that multiply past all use are refused at the start", () => {
  const IMGPROXY_PRESETS = `${presets},c=${"pr:b/".repeat(9)}pr:b`;
  assert.throws(() => servicesOf({ IMGPROXY_PRESETS }), /expected at most 1000 options, presets included/);
});
