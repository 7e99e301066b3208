import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, describe, test } from "node:test";
import sharp from "sharp";
import { readConfig } from "../../lambda/config/variables.ts";
import { derivativeKey, derivativePrefixes, tagOf } from "../../lambda/url/key.ts";
import { imageUrls } from "../../lib/client/index.ts";
import { listen } from "../../lib/local/listen.ts";
import { buckets } from "../../lib/local/s3/s3.ts";
import { ownS3 } from "../own-s3.ts";
import { drawn } from "../pictures.ts";
import { ownCloud, pathOf } from "./cloud.ts";

/** The whole way, from the URL a client writes to the picture: edge, function in the runtime client, and what it asks. */
const s3 = await ownS3();
const png = await drawn(40, 30).png().toBuffer();
const asked: string[] = [];
const pages = createServer((request, response) => {
  asked.push(request.url ?? "");
  if (request.url?.startsWith("/gone")) return response.writeHead(404).end();
  return response.writeHead(200, { etag: '"e"', "content-type": "image/png" }).end(png);
});
const origin = `http://127.0.0.1:${await listen(pages)}`;
// Where ? is part of a key, no versions are named.
const env = {
  IMGPROXY_SOURCE_URL_QUERY_SEPARATOR: " ",
  IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: "true",
  IMGPROXY_URL_REPLACEMENTS: `https://img.test/=${origin}/deep/`,
};
const config = readConfig(env);
const cloud = await ownCloud(s3, { env });
after(async () => {
  await cloud.stop();
  pages.close();
  pages.closeAllConnections();
  await s3[Symbol.asyncDispose]();
});

const keys = { key: "943b421c9eb07c83", salt: "520f986b998545b4" };
const written = (["plain", "base64"] as const).map((encoding) =>
  imageUrls({ base: cloud.origin, ...keys, encoding }),
);

/** Asks for a source in each way it can be written: all have one tag, and the picture of this width. */
async function seen(source: string, rewritten = source) {
  for (const urls of written) {
    const url = urls.url(source, { width: 20, format: "png" });
    const response = await fetch(url);
    assert.equal(response.status, 200, `${source}: ${await response.clone().text()}`);
    const { width } = await sharp(await response.bytes()).metadata();
    assert.equal(width, 20);
    const key = derivativeKey(pathOf(url), undefined, config);
    assert.ok(key?.startsWith(derivativePrefixes(tagOf(rewritten, config))[0]), source);
  }
}

describe("an object is seen whatever its key is made of", () => {
  const awkward = [
    "a b.png",
    "a+b.png",
    "100%.png",
    "a%20b.png",
    "a?b=c&d.png",
    "a#b.png",
    "é.png",
    "e\u0301.png",
    "Füße/猫😀.png",
    "a@b.png",
    "a:b,c;d=e.png",
    "'()*!~$.png",
    '"<>[]{}|^`\\.png',
    "plain/s3://b/k.png",
    "a//b.png",
    "trailing/",
    " ",
    "\u007f\u0001.png",
    `${"k".repeat(1020)}.png`,
    "ä".repeat(512),
  ];
  for (const key of awkward)
    test(
      JSON.stringify(key.length > 40 ? `${key.slice(0, 10)}… of ${Buffer.byteLength(key)} bytes` : key),
      async () => {
        await s3.put(key, png);
        await seen(`s3://${buckets.pictures}/${key}`);
      },
    );

  test("but slashes before it do not count", async () => {
    await s3.put("slash.png", png);
    await seen(`s3://${buckets.pictures}//slash.png`, `s3://${buckets.pictures}/slash.png`);
  });
});

describe("a page of the web is asked for as its URL says", () => {
  for (const [source, reaches] of [
    ["/a.png?w=1&s=a%2Fb+c@2x", "/a.png?w=1&s=a%2Fb+c@2x"],
    ["/a b/é.png?q=ü", "/a%20b/%C3%A9.png?q=%C3%BC"],
    ["/100%25/%23.png", "/100%25/%23.png"],
    ["/a.png?x#fragment", "/a.png?x"],
    ["/猫.png?a=1?b=2", "/%E7%8C%AB.png?a=1?b=2"],
    ["", "/"],
  ] as const)
    test(source || "without a path", async () => {
      asked.length = 0;
      await seen(origin + source);
      assert.deepEqual([...new Set(asked)], [reaches]);
    });

  test("and is called what it was rewritten to", async () => {
    asked.length = 0;
    await seen("https://img.test/x.png?v=1", `${origin}/deep/x.png?v=1`);
    assert.deepEqual([...new Set(asked)], ["/deep/x.png?v=1"]);
  });

  test("and told of in the log without credentials and query, whatever became of it", async () => {
    const before = cloud.logged.length;
    const secret = origin.replace("//", "//user:SECRET@");
    for (const urls of written)
      for (const path of ["/a.png?token=SECRET", "/gone.png?token=SECRET"])
        await fetch(urls.url(secret + path, { width: 21 }));
    const lines = cloud.logged.slice(before).join("\n");
    assert.match(lines, /gone\.png\?…/);
    assert.match(lines, /"status":200/);
    assert.doesNotMatch(lines, /SECRET/);
    assert.doesNotMatch(lines, new RegExp(Buffer.from("token=SEC").toString("base64url")));
  });
});
