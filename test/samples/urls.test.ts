import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { sampleUrls } from "../../lambda/samples/urls.ts";
import { compileLanguage } from "../../lambda/url/language.ts";

const place = { bucket: "cats", origin: "https://d1.example.com" };
const now = Date.UTC(2026, 10, 28);

/** The URLs of these keys where the function has these variables, without their origin. */
const urls = (environment: Readonly<Record<string, string>>, keys: readonly string[] = ["a.jpg"]) =>
  sampleUrls(keys, place, compileLanguage(readConfig(environment), now), now).map((url) =>
    url.slice(place.origin.length),
  );

test("without keys the signature says so", () => {
  assert.deepEqual(urls({}), [
    "/unsafe/rs:fill:300:200/plain/s3://cats/a.jpg",
    "/unsafe/rs:fill:300:200/plain/s3://cats/a.jpg@webp",
  ]);
});

test("they are written and signed as the variables want: prefix, separator, size of signatures, the first of two keys", () => {
  const [url = ""] = urls({
    IMGPROXY_KEY: "736563726574,00",
    IMGPROXY_SALT: "68656c6c6f,00",
    IMGPROXY_SIGNATURE_SIZE: "12",
    IMGPROXY_PATH_PREFIX: "/img",
    IMGPROXY_ARGUMENTS_SEPARATOR: "_",
  });
  const path = "/rs_fill_300_200/plain/s3://cats/a.jpg";
  const signature = createHmac("sha256", "secret").update(`hello${path}`).digest().subarray(0, 12);
  assert.equal(url, `/img/${signature.toString("base64url")}${path}`);
});

test("where only presets are named, or no size may be asked for, it is the first preset; else the picture as it is", () => {
  const IMGPROXY_PRESETS = "thumb=w:100,large=w:900";
  const last = (environment: Readonly<Record<string, string>>) => urls(environment).at(-1);
  assert.equal(
    last({ IMGPROXY_PRESETS, IMGPROXY_ONLY_PRESETS: "true" }),
    "/unsafe/thumb/plain/s3://cats/a.jpg@webp",
  );
  const pr = "/unsafe/pr:thumb/plain/s3://cats/a.jpg@webp";
  assert.equal(last({ IMGPROXY_PRESETS, IMGPROXY_ALLOWED_PROCESSING_OPTIONS: "pr" }), pr);
  assert.equal(last({ IMGPROXY_ALLOWED_PROCESSING_OPTIONS: "blur" }), "/unsafe/plain/s3://cats/a.jpg@webp");
  assert.deepEqual(urls({ IMGPROXY_ONLY_PRESETS: "true" }), []);
});

test("a key that a URL would not lead to is passed over, and so is one whose URL is too long", () => {
  const lost = ["/a.jpg", "a?b.jpg", `${"ü".repeat(500)}.jpg`];
  assert.deepEqual(urls({}, lost), []);
  assert.deepEqual(urls({}, [...lost, "c.jpg", ...lost, "d.jpg"]), [
    "/unsafe/rs:fill:300:200/plain/s3://cats/c.jpg",
    "/unsafe/rs:fill:300:200/plain/s3://cats/d.jpg@webp",
  ]);
  assert.match(urls({ IMGPROXY_SOURCE_URL_QUERY_SEPARATOR: "" }, ["a?b.jpg"])[0] ?? "", /a%3Fb\.jpg$/);
});
