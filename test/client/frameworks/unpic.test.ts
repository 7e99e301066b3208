import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { transformBaseImageProps, transformBaseSourceProps } from "@unpic/core/base";
import { build } from "esbuild";
import sharp from "sharp";
import { imageUrls, signedTransformer, unpicTransformer } from "../../../lib/client/index.ts";
import { candidates, keys, ownProject, snippet } from "./project.ts";
import { ownSite } from "./site.ts";

const site = await ownSite();
const project = await ownProject(
  site.origin,
  "@unpic/react@1.0.2",
  "react@19",
  "react-dom@19",
  "@types/react@19",
);
after(async () => {
  project?.[Symbol.dispose]();
  await site[Symbol.asyncDispose]();
});

const images = imageUrls({ base: site.origin, key: keys.IMGPROXY_KEY, salt: keys.IMGPROXY_SALT });
const source = (src: string) => `s3://pictures${src}`;
const transformer = unpicTransformer({ images, source });

/** Width, height and format of what is there. */
async function found(url: string) {
  const response = await fetch(url);
  assert.equal(response.status, 200, url);
  const { width, height, format } = await sharp(await response.bytes()).metadata();
  return [width, height, format];
}

describe("@unpic/core", () => {
  test("every file of a srcset is there, of the width it says and the shape that was asked for", async () => {
    const props = transformBaseImageProps({
      src: "/cat.jpg",
      layout: "constrained",
      width: 300,
      height: 300,
      transformer: unpicTransformer({ images, source, options: { format: "webp", quality: 50 } }),
      operations: { quality: 60, blur: 2 },
    });
    const files = candidates(String(props.srcset).replaceAll(",\n", ", "));
    assert.ok(files.length > 1);
    for (const [url, descriptor] of files) {
      // What is larger than the picture is not enlarged, but stays square.
      const side = Math.min(400, Number.parseInt(descriptor, 10));
      assert.deepEqual(await found(url), [side, side, "webp"]);
      assert.match(url, /\/q:60\//);
      assert.match(url, /\/bl:2\//);
    }
    assert.deepEqual(await found(String(props.src)), [300, 300, "webp"]);
  });

  test("sources of a picture have the format of their type", async () => {
    const { srcset, type } = transformBaseSourceProps({
      src: "/cat.jpg",
      layout: "fixed",
      width: 120,
      height: 80,
      type: "image/avif",
      transformer,
    });
    assert.equal(type, "image/avif");
    const [[url] = [""]] = candidates(String(srcset).replaceAll(",\n", ", "));
    assert.deepEqual(await found(url), [120, 80, "heif"]);
  });

  test("in a browser it leads to the route, by widths that the route signs", () => {
    const { srcset } = transformBaseImageProps({
      src: "/cat.jpg",
      layout: "constrained",
      width: 500,
      height: 300,
      transformer: signedTransformer("/images", { widths: [640, 1280] }),
    });
    const widths = candidates(String(srcset).replaceAll(",\n", ", ")).map(([url, descriptor]) => [
      new URL(url, "https://h").searchParams.get("width"),
      descriptor,
    ]);
    assert.deepEqual(widths, [
      ["640", "500w"],
      ["640", "640w"],
      ["1280", "750w"],
      ["1280", "828w"],
      ["1280", "960w"],
      ["1280", "1000w"],
    ]);
  });

  test("what cannot be asked is one sentence, and odd numbers are passed over", () => {
    assert.equal(transformer("/cat.jpg", { width: "wide", height: "" }), transformer("/cat.jpg", {}));
    assert.equal(transformer("/cat.jpg", { width: 99.6 }), transformer("/cat.jpg", { width: "100" }));
    assert.throws(() => transformer("/cat.jpg", { quality: 101 }), /^InvalidUrl: quality: expected /);
  });
});

test("the README's component of @unpic/react writes pictures that are there", {
  skip: !project && "npm cannot fetch @unpic/react here",
}, async () => {
  const { outputFiles } = await build({
    stdin: { contents: snippet("cat.jsx"), loader: "jsx" },
    jsx: "automatic",
    write: false,
    format: "esm",
  });
  project?.write("cat.js", outputFiles[0]?.text ?? "");
  const html = await project?.said(`
    import { createElement } from "react";
    import { renderToStaticMarkup } from "react-dom/server";
    import { Cat } from "./cat.js";
    console.log(JSON.stringify(renderToStaticMarkup(createElement(Cat))));`);
  const [, srcset = ""] = /srcSet="([^"]+)"/i.exec(String(html)) ?? [];
  const files = candidates(srcset.replaceAll(",\n", ", "));
  assert.ok(files.length > 1, String(html));
  for (const [url, descriptor] of files) {
    // Of 600 by 400 px the largest of 4 by 3 is 533 px wide.
    const [width, , format] = await found(url.replaceAll("&amp;", "&"));
    assert.deepEqual([width, format], [Math.min(533, Number.parseInt(descriptor, 10)), "webp"], descriptor);
  }
});

test("the types of both sides agree", {
  skip: !project && "npm cannot fetch @unpic/react here",
}, async () => {
  const complaints = await project?.complaints(`
    import { Image } from "@unpic/react/base";
    import { createElement } from "react";
    import { imageUrls, signedTransformer, unpicTransformer } from "shutterspeed/client";
    const transformer = unpicTransformer({ images: imageUrls({ base: "" }), options: { gravity: { type: "sm" } } });
    const props = { src: "/cat.jpg", layout: "fullWidth", alt: "" } as const;
    createElement(Image, { ...props, transformer, operations: { quality: 50 } });
    createElement(Image, { ...props, transformer: signedTransformer("/images") });
    // @ts-expect-error
    createElement(Image, { ...props, transformer: "/images" });
  `);
  assert.equal(complaints, "");
});
