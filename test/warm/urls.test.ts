import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { sourceOf, warmRequests } from "../../lambda/warm/urls.ts";

const presets = { origin: "https://d1.test", presets: ["thumb", "card"], accepts: ["image/webp", "*/*"] };
const urlsIn = (env: Readonly<Record<string, string>>) => [
  ...new Set(warmRequests("s3://b/ä b.jpg", presets, readConfig(env)).map(({ url }) => url)),
];

test("a picture is asked for under every preset and every Accept, as the environment reads URLs", () => {
  assert.deepEqual(
    warmRequests("s3://b/a.jpg", presets, readConfig({})).map(({ url, accept }) => `${accept} ${url}`),
    ["thumb", "card"].flatMap((name) =>
      ["image/webp", "*/*"].map((accept) => `${accept} https://d1.test/unsafe/pr:${name}/plain/s3://b/a.jpg`),
    ),
  );
  assert.deepEqual(urlsIn({ IMGPROXY_PATH_PREFIX: "/img", IMGPROXY_ARGUMENTS_SEPARATOR: "," }), [
    "https://d1.test/img/unsafe/pr,thumb/plain/s3://b/%C3%A4%20b.jpg",
    "https://d1.test/img/unsafe/pr,card/plain/s3://b/%C3%A4%20b.jpg",
  ]);
  assert.deepEqual(
    urlsIn({ IMGPROXY_ONLY_PRESETS: "true", IMGPROXY_PRESETS: "thumb=w:1,card=w:2" })[0],
    "https://d1.test/unsafe/thumb/plain/s3://b/%C3%A4%20b.jpg",
  );
});

test("what is a picture by its name is asked for, wherever its bucket is said", () => {
  for (const [Key, source] of [
    ["a.jpg", "s3://b/a.jpg"],
    ["a.TIF", "s3://b/a.TIF"],
    ["x/a.b.heic", "s3://b/x/a.b.heic"],
    ["100%+.png", "s3://b/100%+.png"],
    ["a", undefined],
    ["a.jpg/", undefined],
    ["jpg", undefined],
    ["a.txt", undefined],
  ] as const)
    assert.equal(sourceOf({ Key }, "b"), source, Key);
  assert.equal(sourceOf({ Key: "100%+.jpg", Bucket: "c" }, "b"), "s3://c/100%+.jpg");
  assert.equal(sourceOf({ Key: "a+%2B%25.jpg", Bucket: "c" }, "b"), "s3://c/a +%.jpg");
});
