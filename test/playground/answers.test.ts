import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { readConfig } from "../../lambda/config/variables.ts";
import { answers, type Looked } from "../../lib/playground/answers.ts";
import * as inBrowser from "../../lib/playground/node-in-browser.ts";
import { pageFile } from "../../lib/playground/page-file.ts";
import { pageSettings } from "../../lib/playground/settings.ts";

const keys = { key: "943b421c9eb07c83", salt: "520f986b998545b4" };
const hills: Looked = { bytes: 1234, type: "image/jpeg", size: { width: 600, height: 400 }, shown: "blob:1" };

function page(
  env: Readonly<Record<string, string>> = {},
  signed = false,
  looked: Looked | undefined = hills,
) {
  const named: string[] = [];
  const asked: string[] = [];
  const answer = answers({
    // As the page reads it.
    settings: JSON.parse(JSON.stringify(pageSettings(readConfig(env), signed))),
    origin: "https://pictures.example",
    look: async (url) => {
      asked.push(url);
      return looked;
    },
    sources: { list: () => named, add: (source) => void named.unshift(source) },
  });
  const ask = async (...options: readonly (readonly string[])[]) =>
    found(
      await answer("/playground/ask", {
        asked: JSON.stringify({ key: "s3://cats/a.jpg", options }),
        accept: "",
      }),
    );
  return { ask, asked, named, said: async (path: string, query = {}) => found(await answer(path, query)) };
}

/** As the page gets it. */
const found = (answer: unknown) => JSON.parse(JSON.stringify(answer));

describe("the page that no server answers", () => {
  test("where nothing is signed, a source has a URL, the code for it, and a plan of what the browser sees", async () => {
    const { ask, asked, named } = page();
    const told = await ask(["width", "300"], ["format", "webp"]);
    assert.equal(told.url, "https://pictures.example/unsafe/w:300/plain/s3://cats/a.jpg@webp");
    assert.match(told.client, /base: "https:\/\/pictures\.example"/);
    assert.match(told.html, /width="300" height="200"/);
    assert.deepEqual(told.drawing.source, { width: 600, height: 400, format: "jpeg" });
    assert.deepEqual([told.drawing.result.width, told.drawing.result.height], [300, 200]);
    assert.deepEqual([told.bytes, told.large], [1234, "blob:1"]);
    assert.match(
      told.findings.at(-1).says,
      /; planned in this page, from the source's size and format alone$/,
    );
    assert.deepEqual(named, ["s3://cats/a.jpg"]);
    await ask(["width", "301"]);
    assert.deepEqual(
      asked,
      ["https://pictures.example/unsafe/raw:1/plain/s3://cats/a.jpg"],
      "looked at once",
    );
  });

  test("where URLs are signed nothing is asked without a key, and with one they are signed with it", async () => {
    const { ask, asked, said } = page({}, true);
    await assert.rejects(ask(), /^Error: key and salt: expected both/);
    assert.deepEqual(asked, []);
    await assert.rejects(
      said("/playground/keys", { key: "xyz", salt: keys.salt }),
      /^Error: key: expected hex/,
    );
    await assert.rejects(
      said("/playground/keys", { key: keys.key }),
      /^Error: key and salt: expected as many/,
    );
    await said("/playground/keys", keys);
    const path = "/w:300/plain/s3://cats/a.jpg";
    const signature = createHmac("sha256", Buffer.from(keys.key, "hex"))
      .update(Buffer.from(keys.salt, "hex"))
      .update(path)
      .digest("base64url");
    assert.equal((await ask(["width", "300"])).url, `https://pictures.example/${signature}${path}`);
    const { findings, right } = await said("/playground/explain", { url: `/unsafe${path}` });
    assert.equal(findings[1].passes, false);
    assert.deepEqual(right, { path, signature, url: `https://pictures.example/${signature}${path}` });
  });

  test("without a key, nothing is said of a signature", async () => {
    const { findings, right } = await page({}, true).said("/playground/explain", {
      url: "/abc/w:1/plain/s3://b/k",
    });
    assert.deepEqual(
      findings.find(({ phase }: { phase: string }) => phase === "signature"),
      { phase: "signature", passes: true, says: "not looked at: this page has no key to verify it with" },
    );
    assert.equal(right, undefined);
  });

  test("where URLs name presets alone, the source is not looked at", async () => {
    const { asked, said, ask } = page({ IMGPROXY_ONLY_PRESETS: "1", IMGPROXY_PRESETS: "thumb=w:30" });
    const { settings } = await said("/playground/pictures.json");
    assert.deepEqual([settings.presets, settings.onlyPresets, settings.named], [["thumb"], true, true]);
    assert.equal(
      (await ask(["preset", "thumb"])).url,
      "https://pictures.example/unsafe/thumb/plain/s3://cats/a.jpg",
    );
    assert.deepEqual(asked, []);
  });

  test("of a source that this browser does not show there is no plan, and a preview", async () => {
    const told = await page({}, false, { bytes: 9, type: "image/heic", shown: "blob:2" }).ask();
    assert.equal(told.drawing, undefined);
    assert.match(told.large, /\/rs:fit:1600:1200\/|\/rs::1600:1200\//);
  });

  test("it is one file of at most 50 KB as it is sent", (t) => {
    const { html } = pageFile(pageSettings(readConfig({}), true));
    const [bytes, sent] = [Buffer.byteLength(html), gzipSync(html).length];
    t.diagnostic(`${bytes} bytes, ${sent} compressed`);
    assert.ok(sent <= 50_000, `${sent} bytes`);
    assert.doesNotMatch(html, /<(?:script|link|img)[^>]*(?:src|href)="(?!data:)/, "it loads nothing else");
  });
});

describe("what stands in the place of node in browsers says what node says", () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 80 });

  test("signatures", () => {
    fc.assert(
      fc.property(bytes, bytes, fc.string(), (key, salt, path) => {
        const theirs = createHmac("sha256", key).update(salt).update(path).digest();
        const ours = inBrowser.createHmac("sha256", key).update(salt).update(path).digest();
        assert.equal(ours.toString("base64url"), theirs.toString("base64url"));
        assert.ok(inBrowser.timingSafeEqual(ours, theirs));
      }),
    );
  });

  test("text and base64url, whatever stands in them", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const given = text.toWellFormed();
        assert.deepEqual([...inBrowser.Buffer.from(given)], [...Buffer.from(given)]);
      }),
    );
    const digits = fc.string({ unit: fc.constantFrom(..."aZ09-_+/=.é ") });
    fc.assert(
      fc.property(digits, (text) => {
        const [ours, theirs] = [inBrowser.Buffer.from(text, "base64url"), Buffer.from(text, "base64url")];
        assert.equal(ours.toString("hex"), theirs.toString("hex"));
        assert.equal(ours.toString(), theirs.toString());
      }),
    );
  });
});
