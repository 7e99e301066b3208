import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { compileLanguage } from "../../lambda/url/language.ts";
import { explain } from "../../lib/explain/explain.ts";
import foreign from "./foreign.json" with { type: "json" };

const config = readConfig({
  IMGPROXY_KEY: "943b421c9eb07c830af81030552c86009268de4e532ba2ee2eab8247c6da0881",
  IMGPROXY_SALT: "520f986b998545b4785e0defbc4f3c1203f22de2374a3d53cb7a7fe9fea309c5",
});
const language = compileLanguage(config, 0);

/** What they were all asked for. */
const asked = {
  resizing_type: "fill",
  width: 300,
  height: 200,
  gravity: { type: "sm" },
  quality: 70,
  format: "webp",
  background: "ff8800",
};

describe("what other clients write is read as they were asked", () => {
  for (const { client, url } of foreign.urls) {
    test(client, () => {
      const found = explain(url, language, 0);
      if (client.includes("before imgproxy 2")) {
        // imgproxy reads it no longer, either.
        assert.match(found.refused?.advice ?? "", /write rs:fill:300:200/);
        return;
      }
      assert.equal(found.refused, undefined);
      assert.equal(found.source, "s3://my-pictures/cat.jpg");
      const { enlarge: _, ...others } = found.asked;
      assert.deepEqual(others, asked);
    });
  }
});
