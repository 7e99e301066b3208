import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { readConfig } from "../../lambda/config/variables.ts";
import { splitTarget } from "../../lambda/url/path.ts";
import { verify } from "../../lambda/url/signature.ts";
import { imageUrls } from "../../lib/client/index.ts";

const [key, salt] = ["736563726574", "68656c6c6f"];
const images = imageUrls({ base: "https://pictures.example/", key, salt });
const verified = (url: string) =>
  verify(splitTarget(new URL(url).pathname, ""), readConfig({ IMGPROXY_KEY: key, IMGPROXY_SALT: salt }));

test("the signature is imgproxy's", () => {
  const url = images.url("http://example.com/images/curiosity.jpg", {
    resize: { width: 300 },
    format: "png",
  });
  // printf 'hello%s' PATH | openssl dgst -sha256 -hmac secret -binary | basenc --base64url
  assert.equal(
    url,
    "https://pictures.example/crUIS9VRh1M4fwZ0ppMmB5LP-wysJEvOgA_w9FkNMcU/rs::300/plain/http://example.com/images/curiosity.jpg@png",
  );
});

test("of a shorter signature there are as many bytes as IMGPROXY_SIGNATURE_SIZE", () => {
  const url = imageUrls({ base: "https://pictures.example", key, salt, signatureSize: 8 }).url(
    "http://example.com/images/curiosity.jpg",
    { resize: { width: 300 }, format: "png" },
  );
  // … | head -c 8 | basenc --base64url
  assert.equal(
    url,
    "https://pictures.example/crUIS9VRh1M/rs::300/plain/http://example.com/images/curiosity.jpg@png",
  );
});

test("an option's nonsense is one sentence that names it", () => {
  assert.throws(() => images.url("s3://b/k", { quality: 101 }), {
    message: /^quality: expected .*, got "101"$/,
  });
  assert.throws(() => images.url("s3://b/k", { cachebuster: "a/b" }), { message: /^cachebuster: expected / });
});

test("without keys any word stands for the signature", () => {
  assert.equal(
    imageUrls({ base: "http://localhost:8080" }).url("s3://b/k"),
    "http://localhost:8080/unsafe/plain/s3://b/k",
  );
});

test("a key without its salt is refused, never a URL without a signature", () => {
  const base = "https://pictures.example";
  for (const [given, got] of [
    [{ key }, "1 and 0"],
    [{ key, salt: "" }, "1 and 0"],
    [{ salt }, "0 and 1"],
    [{ key: `${key},${key}`, salt }, "2 and 1"],
  ] as const) {
    assert.throws(() => imageUrls({ base, ...given }), {
      message: `key and salt: expected as many keys as salts, got ${got}`,
    });
  }
});

test("of several keys the first signs, with the first salt", () => {
  const several = imageUrls({ base: "https://pictures.example", key: `${key}, aa`, salt: `${salt}, bb` });
  assert.equal(several.url("s3://b/k"), images.url("s3://b/k"));
});

describe("what the README shows", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const section = readme.slice(readme.indexOf("## Signing from a backend"), readme.indexOf("## Options"));
  const examples = [...section.matchAll(/```(js|ts)\n(.*?)```/gs)];

  test("is there twice", () => assert.equal(examples.length, 2));

  for (const [, language, code = ""] of examples) {
    test(`signs in ${language}`, async () => {
      Object.assign(process.env, { IMGPROXY_KEY: key, IMGPROXY_SALT: salt });
      // Inside the project, so that it finds the client by its name.
      const local = join(import.meta.dirname, "..", "..", ".local");
      await mkdir(local, { recursive: true });
      const folder = await mkdtemp(join(local, "readme-"));
      try {
        const file = join(folder, `example.${language === "js" ? "mjs" : "ts"}`);
        await writeFile(file, code);
        const { url } = await import(pathToFileURL(file).href);
        assert.match(url, /\/rs:fill:300:200\/plain\/s3:\/\/my-pictures\/cat\.jpg@webp$/);
        assert.doesNotThrow(() => verified(url));
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  }
});
