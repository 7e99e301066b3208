import assert from "node:assert/strict";
import { describe, test } from "node:test";
import sharp from "sharp";
import { Deadline } from "../../lambda/deadline.ts";
import type { Format } from "../../lambda/formats.ts";
import { isSkipped } from "../../lambda/options/skip-processing.ts";
import { serve } from "../../lambda/serve.ts";
import { plain } from "../drawing.ts";
import { storeOf, streamOf } from "../objects.ts";
import { oracle } from "../oracle.ts";
import { drawn } from "../pictures.ts";
import { type Env, requestFor, servicesOf } from "../services.ts";

interface Vector {
  readonly source: Format;
  readonly requested: Format | null;
  readonly alwaysRasterizeSvg: boolean;
  readonly sourceInSkipList: boolean;
  readonly skipped: boolean;
}

describe("skipProcessing: what goes out as it is is what does in imgproxy", () => {
  for (const vector of oracle<Vector>("skipProcessing")) {
    const { source, requested, alwaysRasterizeSvg, sourceInSkipList, skipped } = vector;
    test(JSON.stringify(vector), () => {
      const list = sourceInSkipList ? [source] : [];
      const asked = { requested: requested ?? undefined, skipped: list, alwaysRasterizeSvg };
      assert.equal(isSkipped(source, asked), skipped);
    });
  }
});

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" onload="a()"><script/></svg>';
const harmless = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"/>';
const png = await drawn(40, 30).png({ compressionLevel: 0 }).toBuffer();
const turned = await drawn(40, 30).jpeg().withMetadata({ orientation: 6 }).toBuffer();
const moving = await sharp(
  await Promise.all(["red", "green", "blue"].map((color) => plain(40, 30, color).png().toBuffer())),
  { join: { animated: true } },
)
  .gif()
  .toBuffer();
const bordered = await plain(20, 10, "red")
  .extend({ top: 10, bottom: 10, left: 10, right: 10 })
  .png()
  .toBuffer();
const gif = await drawn(40, 30).gif().toBuffer();

const objects: Readonly<Record<string, Uint8Array>> = {
  "logo.svg": Buffer.from(svg),
  "broken.svg": Buffer.from("<svg width='9' height='9'><g></svg>"),
  "cat.png": png,
  "cat.jpg": turned,
  "cat.gif": gif,
  "moving.gif": moving,
  "bordered.png": bordered,
};

/** What is answered to `options` of an object; nothing can be stored. */
async function answered(options: string, object: string, env: Env = {}, accept = "*/*") {
  const [key = ""] = object.split("@");
  const store = storeOf(async () => streamOf(objects[key] ?? png, { etag: '"tag"' }));
  const services = servicesOf(env, { store });
  const path = `/_/${options === "" ? "" : `${options}/`}plain/s3://pictures/${object}`;
  const context = requestFor(services, { path, headers: { accept } });
  const { status, headers, body } = await serve(context, services, Deadline.in(10_000));
  assert.equal(status, 200);
  return { headers, body: Buffer.from(body), type: headers["Content-Type"], told: services.log.fields };
}

const hidden = { IMGPROXY_ENABLE_DEBUG_HEADERS: "true" };

test("an SVG goes out as one, sanitised, whatever else is asked of it", async () => {
  for (const options of ["", "w:20", "bl:2/rot:90/q:3", "f:svg", "f:png/f:svg"]) {
    const { headers, body, type } = await answered(options, "logo.svg");
    assert.deepEqual([type, `${body}`], ["image/svg+xml", harmless]);
    assert.equal(headers["Content-Disposition"], 'inline; filename="logo.svg"');
    assert.equal(
      headers["Content-Security-Policy"],
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
    );
  }
  const { headers } = await answered("att:1/fn:mark", "logo.svg@svg");
  assert.equal(headers["Content-Disposition"], 'attachment; filename="mark.svg"');
});

test("neither what a client accepts nor what is preferred makes pixels of an SVG", async () => {
  const env = {
    IMGPROXY_ENFORCE_AVIF: "true",
    IMGPROXY_AUTO_WEBP: "true",
    IMGPROXY_PREFERRED_FORMATS: "png",
  };
  for (const options of ["", "f:svg"]) {
    const { type, headers } = await answered(options, "logo.svg", env, "image/avif,image/webp");
    assert.deepEqual([type, headers.Vary], ["image/svg+xml", "Accept"]);
  }
  assert.equal((await answered("f:png", "logo.svg", env, "image/avif")).type, "image/avif");
});

test("IMGPROXY_ALWAYS_RASTERIZE_SVG draws it, unless SVG is asked for or left alone", async () => {
  const env = { IMGPROXY_ALWAYS_RASTERIZE_SVG: "true" };
  assert.equal((await answered("w:20", "logo.svg", env)).type, "image/png");
  assert.equal((await answered("w:20", "logo.svg@svg", env)).type, "image/svg+xml");
  assert.equal((await answered("skp:svg", "logo.svg", env)).type, "image/svg+xml");
});

test("IMGPROXY_SANITIZE_SVG=false hands out the very bytes", async () => {
  assert.equal(`${(await answered("", "logo.svg", { IMGPROXY_SANITIZE_SVG: "false" })).body}`, svg);
});

test("an SVG that is broken is refused, though none of it is drawn", async () => {
  await assert.rejects(answered("", "broken.svg"), { name: "BrokenSource", status: 422 });
});

test("an SVG of what is none is refused", async () => {
  for (const options of ["f:svg", "f:svg/skp:png"])
    await assert.rejects(answered(options, "cat.png"), { name: "UnsupportedFormat", status: 422 });
});

test("a source of a format that is left alone goes out byte for byte", async () => {
  const env = { IMGPROXY_SKIP_PROCESSING_FORMATS: "jpg,webp" };
  const said: readonly (readonly [options: string, object: string, body: Buffer, type: string])[] = [
    ["w:20/skp:png", "cat.png", png, "image/png"],
    ["w:20/skp:gif/skp:png", "cat.png@png", png, "image/png"],
    ["rot:90", "cat.jpg", turned, "image/jpeg"],
    ["skp:gif", "cat.jpg@jpg", turned, "image/jpeg"],
    ["skp:gif:png", "cat.gif", gif, "image/gif"],
  ];
  for (const [options, object, source, expected] of said) {
    const { body, type } = await answered(options, object, env);
    assert.deepEqual([body.equals(source), type], [true, expected], options);
  }
});

test("nothing is cut off what goes out as it is", async () => {
  const { body, headers } = await answered("t:10/skp:png", "bordered.png", hidden);
  assert.deepEqual([body.equals(bordered), headers["X-Result-Width"]], [true, "40"]);
  const cut = await answered("t:10", "bordered.png", hidden);
  assert.equal(cut.headers["X-Result-Width"], "20");
  assert.equal(`${(await answered("t:50", "logo.svg")).body}`, harmless);
});

test("another format, asked for by name, is drawn", async () => {
  const { body, type } = await answered("w:20/skp:png", "cat.png@webp");
  assert.deepEqual([type, (await sharp(body).metadata()).width], ["image/webp", 20]);
  assert.equal((await answered("w:20/skp:gif", "cat.png")).body.equals(png), false);
});

test("an answer that was not drawn has the headers of one that was", async () => {
  const { headers } = await answered("skp:jpeg", "cat.jpg", { ...hidden, IMGPROXY_AUTO_WEBP: "true" });
  const same = await answered("w:40/f:png", "cat.jpg", { ...hidden, IMGPROXY_AUTO_WEBP: "true" });
  assert.deepEqual(Object.keys(headers), Object.keys(same.headers));
  assert.match(headers.ETag ?? "", /^"[0-9a-f]{16}\.any-tag"$/);
  assert.equal(headers.Vary, "Accept");
  // Turned by its orientation, as it is seen.
  assert.deepEqual([headers["X-Result-Width"], headers["X-Result-Height"]], ["30", "40"]);
  assert.deepEqual([headers["X-Origin-Width"], headers["X-Origin-Height"]], ["30", "40"]);
});

test("limits hold for what is not drawn, too", async () => {
  const env = { IMGPROXY_MAX_SRC_RESOLUTION: "0.001", IMGPROXY_SKIP_PROCESSING_FORMATS: "png" };
  await assert.rejects(answered("", "cat.png", env), { name: "InvalidSource", status: 422 });
  await assert.rejects(answered("skp:gif", "moving.gif", env), { name: "InvalidSource", status: 422 });
});

test("of an animation that is not drawn, one frame is held to the limit", async () => {
  const env = { IMGPROXY_MAX_SRC_RESOLUTION: "0.002", IMGPROXY_MAX_ANIMATION_FRAMES: "9" };
  const { body } = await answered("skp:gif", "moving.gif", env);
  assert.ok(body.equals(moving));
  await assert.rejects(answered("w:20", "moving.gif", env), { name: "InvalidSource", status: 422 });
});

test("what was not drawn is not worth keeping", async () => {
  const env = { SHUTTERSPEED_DERIVATIVES_BUCKET: "derivatives", SHUTTERSPEED_KEEP_AFTER: "1" };
  for (const [options, object] of [
    ["skp:png", "cat.png"],
    ["", "logo.svg"],
  ] as const)
    assert.equal((await answered(options, object, env)).told.derivative, "missing");
});
