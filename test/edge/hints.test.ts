import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { Deadline } from "../../lambda/deadline.ts";
import { fromEvent } from "../../lambda/http.ts";
import { serve } from "../../lambda/serve.ts";
import { hintsIn } from "../../lambda/url/hints.ts";
import { parse } from "../../lambda/url/parse.ts";
import { edgeFunction } from "../../lib/local/edge/edge-function.ts";
import { viewerRequestCode } from "../../lib/stack/edge-code.ts";
import { eventOf } from "../invocation.ts";
import { storeOf, streamOf } from "../objects.ts";
import { drawn } from "../pictures.ts";
import { type Env, requestFor, servicesOf } from "../services.ts";

type Headers = Readonly<Record<string, string>>;

const hinting = { IMGPROXY_ENABLE_CLIENT_HINTS: "1" };
const png = await drawn(600, 300).png().toBuffer();
const store = storeOf(async () => streamOf(png));
const widths = [80, 160, 320, 480, 640, 960, 1280, 1600, 1920, 2560, 3840];
const dprs = [1, 1.5, 2, 3, 4];
const path = "/_/plain/s3://b/k@png";

/** What the function is asked by the edge. */
function throughEdge(headers: Headers, env: Env = hinting, uri = path) {
  const edge = edgeFunction(viewerRequestCode(servicesOf(env).config));
  const sent = edge({ method: "GET", uri, headers });
  assert.ok("uri" in sent);
  // Whatever else comes along, the key alone says what counts.
  return fromEvent(eventOf(sent.uri, { ...sent.headers, width: "77", "sec-ch-dpr": "7" }), "id");
}

const understood = (http: ReturnType<typeof throughEdge>, env: Env = hinting) => {
  const { language, config } = servicesOf(env);
  return { ...parse(http, language, 0), hints: hintsIn(http.headers, config) };
};

const tokenOf = (headers: Headers, env: Env = hinting) => throughEdge(headers, env).edgeKey?.split(".")[1];

test("at the edge a hint is taken for the next step, or for the last", () => {
  for (const [headers, token] of [
    [{}, "any"],
    [{ width: "1" }, "any-w80"],
    [{ width: "320" }, "any-w320"],
    [{ width: "321" }, "any-w480"],
    [{ "sec-ch-width": "9000" }, "any-w3840"],
    [{ dpr: "1.2" }, "any-d1_5"],
    [{ dpr: "0.1" }, "any-d1"],
    [{ "sec-ch-dpr": "7.9" }, "any-d4"],
    [{ width: "+640", dpr: "2e0" }, "any-w640-d2"],
    [{ accept: "image/webp", width: "640", dpr: "2" }, "webp-w640-d2"],
  ] as const) {
    assert.equal(tokenOf(headers, { ...hinting, IMGPROXY_AUTO_WEBP: "1" }), token, JSON.stringify(headers));
  }
});

test("the newer name of a hint counts before the older, and nonsense is passed over", () => {
  for (const [headers, token] of [
    [{ "sec-ch-width": "100", width: "900" }, "any-w160"],
    [{ "sec-ch-width": "wide", width: "900" }, "any-w960"],
    [{ "sec-ch-dpr": "9", dpr: "2" }, "any-d2"],
    [{ width: "100.5", dpr: "-1" }, "any"],
    [{ width: "0", dpr: "0" }, "any"],
    [{ width: "99999999999999999999", dpr: "NaN" }, "any"],
    [{ width: "", dpr: "Infinity" }, "any"],
  ] as const) {
    assert.equal(tokenOf(headers), token, JSON.stringify(headers));
  }
});

test("a hint that the URL says otherwise is no part of its key", () => {
  const hints = { width: "640", dpr: "2" };
  for (const [options, token] of [
    ["w:100/", "any-d2"],
    ["width:0/", "any-d2"],
    ["s:100/", "any-d2"],
    ["rs:fit:100/", "any-d2"],
    ["w:100/dpr:1/", "any"],
    ["resize:fill:100:50/dpr:3/", "any"],
    ["dpr:1/", "any-w640-d2"],
    ["rs:fit::100/", "any-w640-d2"],
    ["s::100/", "any-w640-d2"],
    ["h:100/mw:5/pr:x/", "any-w640-d2"],
    ["plain/w:100/", "any-w640-d2"],
  ] as const) {
    const { edgeKey = "" } = throughEdge(hints, hinting, `/_/${options}plain/s3://b/w:1/dpr:1/k`);
    assert.equal(edgeKey.split(".")[1], token, options);
  }
  const presets = { ...hinting, IMGPROXY_ONLY_PRESETS: "1", IMGPROXY_PRESETS: "w=h:1,dpr=h:1" };
  const { edgeKey = "" } = throughEdge(hints, presets, "/_/w:dpr/plain/s3://b/k");
  assert.equal(edgeKey.split(".")[1], "any-w640-d2");
  assert.equal(throughEdge({ dpr: "2" }, hinting, "/_/dpr:1/plain/s3://b/k").edgeKey?.split(".")[1], "any");
});

test("what the edge leaves out of a key changes nothing", () => {
  const env = { ...hinting, IMGPROXY_PRESETS: "default=q:60,x=w:7,y=dpr:3" };
  const option = fc.constantFrom(
    "w:9",
    "w:0",
    "s:9:9",
    "s::9",
    "rs:fit:9",
    "rs::9",
    "rs:fit::9",
    "dpr:1.5",
    "h:9",
    "pr:x",
    "pr:y",
    "mw:5",
  );
  const hint = fc.constantFrom(undefined, "1", "2", "640");
  const property = fc.property(fc.array(option, { maxLength: 4 }), hint, hint, (options, width, dpr) => {
    const uri = `/_/${[...options, "plain"].join("/")}/s3://b/k`;
    const headers = { ...(width && { width }), ...(dpr && { dpr }) };
    const stepped = {
      ...(width && { width: String(widths.find((each) => each >= Number(width))) }),
      ...(dpr && Number(dpr) <= 8 && { dpr }),
    };
    const { language, config } = servicesOf(env);
    const whole = parse(requestFor({ config }, { path: uri, headers: stepped }).http, language, 0);
    assert.deepEqual(understood(throughEdge(headers, env, uri), env).options, whole.options, uri);
  });
  fc.assert(property, { numRuns: 400 });
});

test("the steps are a setting", () => {
  const env = {
    ...hinting,
    SHUTTERSPEED_CLIENT_HINTS_WIDTHS: "500, 250",
    SHUTTERSPEED_CLIENT_HINTS_DPRS: "1.25",
  };
  assert.equal(tokenOf({ width: "1" }, env), "any-w250");
  assert.equal(tokenOf({ width: "251", dpr: "3" }, env), "any-w500-d1_25");
  for (const value of ["", "0", "1.5", "a", "70000"].slice(1))
    assert.throws(() => servicesOf({ SHUTTERSPEED_CLIENT_HINTS_WIDTHS: value }), {
      message: /expected integers above 0/,
    });
});

test("without IMGPROXY_ENABLE_CLIENT_HINTS hints are no part of any key", () => {
  assert.equal(tokenOf({ width: "100", dpr: "2" }, {}), "any");
  assert.deepEqual(understood(throughEdge({ width: "100" }, {}), {}).options, { format: "png" });
});

test("whatever is hinted at, edge and function name the answer the same, and mean the same steps", () => {
  const number = fc.oneof(
    fc.nat(5000).map(String),
    fc.double({ min: 0, max: 10, noNaN: true }).map(String),
    fc.constantFrom("", "1_0", "0x10", "0x1p1", "+3", "1.", ".5", "1e1", "1e-9", "١", " 2", "2,3"),
    fc.string(),
  );
  const names = fc.constantFrom("width", "dpr", "sec-ch-width", "sec-ch-dpr", "accept");
  const headers = fc.dictionary(names, number, { noNullPrototype: true });
  const holds = (given: Headers) => {
    const http = throughEdge(given);
    const { key, hints } = understood(http);
    assert.equal(key, http.edgeKey);
    if (hints.width !== undefined) assert.ok(widths.includes(hints.width), `${hints.width}`);
    if (hints.dpr !== undefined) assert.ok(dprs.includes(hints.dpr), `${hints.dpr}`);
    // Asked without the edge, the function takes a hint as it is.
    const { width = 0, dpr = 0 } = hintsIn(given, { enableClientHints: true });
    if (hints.width !== undefined && width > 0)
      assert.equal(hints.width, widths.find((each) => each >= width) ?? 3840);
    if (hints.dpr !== undefined && dpr > 0) assert.equal(hints.dpr, dprs.find((each) => each >= dpr) ?? 4);
  };
  fc.assert(fc.property(headers, holds), { numRuns: 300 });
});

test("a hinted width is in device px: the picture is that wide, or as the URL says in CSS px", async () => {
  const services = servicesOf(hinting, { store });
  const widthOf = async (headers: Headers, options = "") => {
    const context = requestFor(services, { path: `/_/${options}plain/s3://b/k@png`, headers });
    const { body, headers: said } = await serve(context, services, Deadline.in(10_000));
    assert.equal(said.Vary, "Sec-Ch-Dpr, Dpr, Sec-Ch-Width, Width");
    return (await sharp(Buffer.from(body)).metadata()).width;
  };
  assert.equal(await widthOf({ width: "137" }), 137);
  assert.equal(await widthOf({ width: "200", dpr: "2" }), 200);
  assert.equal(await widthOf({ dpr: "3" }, "w:50/"), 150);
  assert.equal(await widthOf({ width: "200", dpr: "2" }, "w:50/dpr:1/"), 50);
  assert.equal(await widthOf({ width: "200" }, "rs:fit:90/"), 90);
});
