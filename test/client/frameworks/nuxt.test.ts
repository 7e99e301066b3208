import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import sharp from "sharp";
import { askedCloud, isTold, sourceOf } from "../foreign/asking.ts";
import type { ForeignClient } from "../foreign/clients.ts";
import { effects, LATER } from "../foreign/effects.ts";
import { candidates, ownProject, readme } from "./project.ts";
import { ownSite } from "./site.ts";

const site = await ownSite();
const project = await ownProject(site.origin, "@nuxt/image@2.1.0", "h3@1");
after(async () => {
  project?.[Symbol.dispose]();
  await site[Symbol.asyncDispose]();
});

/** As the module makes it of nuxt.config. */
const image = (provider: string, defaults: object) => `
  import { createImage } from "@nuxt/image/runtime";
  import setup from "${provider}";
  const $img = createImage({
    provider: "own",
    providers: { own: { setup, defaults: ${JSON.stringify(defaults)} } },
    presets: {}, alias: {}, domains: [], screens: { sm: 640, lg: 1024 }, densities: [1, 2],
  });`;

const sizeOf = async (url: string) => {
  const response = await fetch(url);
  assert.equal(response.status, 200, url);
  const { width, height, format } = await sharp(await response.bytes()).metadata();
  return [width, height, format];
};

describe("@nuxt/image", { skip: !project && "npm cannot fetch @nuxt/image here" }, () => {
  test("every file of a srcset by the signed provider is signed by the route, and is there", async () => {
    project?.take("providers/signed.js");
    project?.take("server/routes/images.get.js");
    const srcset = await project?.said(`${image("./providers/signed.js", {})}
      const { srcset } = $img.getSizes("/cat.jpg", { sizes: "sm:100vw lg:50vw", modifiers: {} });
      console.log(JSON.stringify(srcset));`);
    const urls = candidates(String(srcset)).map(([url]) => url);
    const answers = await project?.said(`
      import { createApp, createRouter, toWebHandler } from "h3";
      import route from "./server/routes/images.get.js";
      const ask = toWebHandler(createApp().use(createRouter().get("/images", route)));
      const urls = ${JSON.stringify([...urls, "/images?src=/cat.jpg&width=7"])};
      const answers = await Promise.all(urls.map((url) => ask(new Request(new URL(url, "https://site.example")))));
      console.log(JSON.stringify(answers.map(({ headers, status }) => [status, headers.get("location")])));`);
    assert.ok(Array.isArray(answers));
    assert.deepEqual(answers.pop(), [400, null]);
    const found = await Promise.all(answers.map(([, location]) => sizeOf(location)));
    // 512 and 640 px are served by 640, 1024 and 1280 by 1280; the picture has 600 px.
    assert.deepEqual(found, Array(4).fill([600, 400, "jpeg"]));
    assert.deepEqual(
      urls.map((url) => new URL(url, "https://h").searchParams.get("width")),
      ["640", "640", "1280", "1280"],
    );
  });

  test("the types of both sides agree", async () => {
    const complaints = await project?.complaints(`
      import { defineProvider } from "@nuxt/image/runtime";
      import { signedLoader } from "shutterspeed/client";
      const load = signedLoader("/images", { widths: [9] });
      export const signed = defineProvider({
        getImage: (src, { modifiers: { width } }) => ({ url: load({ src, width }) }),
      });
      // @ts-expect-error
      export const wrong = defineProvider({ getImage: (src) => load({ src }) });
    `);
    assert.equal(complaints, "");
  });
});

const sides = { width: 90, height: 90 };

/** What is asked of the provider `imgproxy`, by modifier. */
const asks: ForeignClient["asks"] = {
  resize: [["resize", { resize: "fill:90:60" }]],
  size: [["size", { size: "90:90" }]],
  resizingType: [["resizingType", { resizingType: "fill", ...sides }]],
  width: [["width", { width: 90 }]],
  height: [["height", { height: 60 }]],
  minWidth: [["minWidth", { minWidth: 150, width: 90 }]],
  minHeight: [["minHeight", { minHeight: 100, height: 60 }]],
  zoom: [["zoom", { zoom: 0.5 }]],
  dpr: [["dpr", { dpr: 2, width: 90 }]],
  enlarge: [["enlarge", { enlarge: true, width: 600 }]],
  extend: [["extendAround", { extend: true, ...sides }]],
  extendAspectRatio: [["extendAspectRatio", { extendAspectRatio: "1:no", ...sides }]],
  gravity: [["gravity", { gravity: "so", resizingType: "fill", ...sides }]],
  crop: [["crop", { crop: { width: 90, height: 60, gravity: "so" } }]],
  autoRotate: [
    ["autoRotate", { autoRotate: true }],
    ["notAutoRotate", { autoRotate: false }],
  ],
  rotate: [
    ["rotate", { rotate: 90 }],
    ["rotate", { rotate: 450 }],
  ],
  background: [["background", { background: "ff8800" }]],
  blur: [["blur", { blur: 3 }]],
  sharpen: [["sharpen", { sharpen: 2 }]],
  pixelate: [["pixelate", { pixelate: 8 }]],
  stripMetadata: [
    ["stripMetadata", { stripMetadata: true }],
    ["notStripMetadata", { stripMetadata: false }],
  ],
  keepCopyright: [["notKeepCopyright", { keepCopyright: false }]],
  stripColorProfile: [["notStripColorProfile", { stripColorProfile: false }]],
  enforceThumbnail: [["enforceThumbnail", { enforceThumbnail: true }]],
  quality: [["quality", { quality: 40 }]],
  maxBytes: [["maxBytes", { maxBytes: 6000 }]],
  format: [["format", { format: "webp" }]],
  raw: [["raw", { raw: true }]],
  cachebuster: [["cachebuster", { cachebuster: "abc" }]],
  expires: [["expires", { expires: LATER }]],
  filename: [["filename", { filename: "holiday" }]],
  returnAttachment: [["returnAttachment", { returnAttachment: true }]],
  preset: [["preset", { preset: "thumb" }]],
  maxSrcResolution: [["maxSrcResolution", { maxSrcResolution: 0.01 }]],
  maxSrcFileSize: [["maxSrcFileSize", { maxSrcFileSize: 100 }]],
  maxAnimationFrames: [["maxAnimationFrames", { maxAnimationFrames: 1 }]],
  maxAnimationFrameResolution: [["maxAnimationFrameResolution", { maxAnimationFrameResolution: 0.01 }]],
  maxResultDimension: [["maxResultDimension", { maxResultDimension: 90 }]],
  fit: [
    ["fill", { fit: "cover", ...sides }],
    ["extendAround", { fit: "contain", ...sides }],
    ["force", { fit: "fill", ...sides }],
    ["size", { fit: "inside", ...sides }],
  ],
};

/** The modifiers that the package names, and `fit`, which all providers have. */
function knownModifiers(): readonly string[] {
  const file = "node_modules/@nuxt/image/dist/runtime/providers/imgproxy.js";
  const code = readFileSync(join(project?.folder ?? "", file), "utf8");
  const [, map = ""] = /keyMap: \{(.*?)\}/s.exec(code) ?? [];
  return ["fit", ...[...map.matchAll(/^\s*(\w+):/gm)].map(([, name = ""]) => name)];
}

describe("the provider imgproxy of @nuxt/image, unchanged", {
  skip: !project && "npm cannot fetch @nuxt/image here",
}, async () => {
  const { place, holds, signedLater, [Symbol.asyncDispose]: stop } = await askedCloud();
  after(stop);

  test("every option it knows is asked for, and the README tells so", () => {
    assert.deepEqual(Object.keys(asks).sort(), [...knownModifiers()].sort());
    isTold(readme, { name: "@nuxt/image", version: "2.1.0" }, knownModifiers(), Object.keys(asks), [], []);
  });

  for (const [signing, defaults] of [
    ["signed", { baseURL: place.base, key: place.key, salt: place.salt }],
    ["unsigned", { baseURL: place.base }],
  ] as const) {
    test(`each is answered, ${signing}`, async () => {
      const each = Object.values(asks)
        .flat()
        .flatMap(([name, modifiers]) => {
          const effect = effects[name];
          return effect ? [{ effect, src: sourceOf(effect), modifiers }] : [];
        });
      const urls = await project?.said(`${image("@nuxt/image/runtime/providers/imgproxy", defaults)}
        console.log(JSON.stringify(${JSON.stringify(each)}.map(({ src, modifiers }) => $img(src, modifiers))));`);
      assert.ok(Array.isArray(urls) && urls.length === each.length);
      for (const [nth, url] of urls.entries()) {
        const { effect } = each[nth] ?? {};
        assert.ok(effect);
        await holds(signing === "signed" ? url : signedLater(url), effect);
      }
    });
  }
});
