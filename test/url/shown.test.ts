import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { shownPath, withoutSecrets } from "../../lambda/url/shown.ts";

const shown = (path: string, prefix = "") =>
  shownPath(prefix + path, readConfig({ IMGPROXY_PATH_PREFIX: prefix }));

test("a path is shown without its signature, wherever that stands, and shortened", () => {
  assert.equal(shown("/SECRET/w:1/plain/s3://b/k"), "/…/w:1/plain/s3://b/k");
  assert.equal(shown("/SECRET/w:1/x", "/img"), "/img/…/w:1/x");
  assert.equal(shownPath("/other/SECRET/w:1/x", readConfig({ IMGPROXY_PATH_PREFIX: "/img" })), "/…");
  for (const path of ["/SECRET", "//SECRET/x", "///SECRET/x", "/SECRET/", "/SECRET//x"])
    for (const prefix of ["", "/img"]) assert.doesNotMatch(shown(path, prefix), /SECRET/);
  for (const path of ["", "/", "/health", "/favicon.ico", "/-"]) assert.equal(shown(path), path);
  assert.equal(shown(`/SECRET/${"x".repeat(9000)}`).length, 301);
});

test("of a page of the web neither credentials nor query are shown, however its URL is spelled", () => {
  for (const [url, right] of [
    ["https://user:SECRET@h.test/a.png", "https://…@h.test/a.png"],
    ["https://SECRET@h.test", "https://…@h.test"],
    ["https://user:SE%2FCRET@h.test/a%2Fb.png", "https://…@h.test/a%2Fb.png"],
    ["https://user:SE%3FCRET%23SECRET@h.test/a", "https://…@h.test/a"],
    ["http://u:SE%43RET@h.test/a?x", "http://…@h.test/a?…"],
    ["https://h.test/a.png?X-Amz-Signature=SECRET&b=SECRET#c", "https://h.test/a.png?…"],
    ["https://h.test/a@b.png", "https://h.test/a@b.png"],
    ["s3://b/k?version", "s3://b/k?version"],
  ] as const) {
    assert.equal(withoutSecrets(url), right);
    assert.equal(withoutSecrets(`${url}: and more`).startsWith(right), true, url);
    const packed = Buffer.from(url).toString("base64url");
    const hidden = url !== right;
    assert.equal(shown(`/_/w:1/h:2/${packed}`), hidden ? "/…/w:1/h:2/…" : `/…/w:1/h:2/${packed}`);
    assert.doesNotMatch(shown(`/_/w:1/plain/${encodeURIComponent(url)}@webp`), /SECRET|SE%\w+RET/, url);
    assert.doesNotMatch(shown(`/_/w:1/plain/${url.replace("?", "%3F")}`), /SECRET|SE%\w+RET/, url);
    assert.doesNotMatch(shown(`/_/w:1/plain/${url.replace("?", "%3F").replace("//", "/")}`), /SECRET/, url);
  }
});
