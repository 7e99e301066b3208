import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import sharp from "sharp";
import { candidates, ownProject } from "./project.ts";
import { ownSite } from "./site.ts";

/** What next/image asks for half the width of a screen, unless it is told otherwise. */
const widths = [384, 640, 750, 828, 1080, 1200, 1920, 2048, 3840];

const presets = widths.map((width) => `w${width}=w:${width}/q:70`).join(",");
const site = await ownSite();
const presetSite = await ownSite({
  IMGPROXY_KEY: "",
  IMGPROXY_SALT: "",
  IMGPROXY_ONLY_PRESETS: "1",
  IMGPROXY_PRESETS: presets,
});
const project = await ownProject(site.origin, "next@16.4.6", "react@19", "react-dom@19", "@types/react@19");
after(async () => {
  project?.[Symbol.dispose]();
  await site[Symbol.asyncDispose]();
  await presetSite[Symbol.asyncDispose]();
});

const srcset = async (loader: string) =>
  candidates(
    String(
      await project?.said(`
        import { getImageProps } from "next/image.js";
        import loader from "./${loader}";
        const { props } = getImageProps({ src: "/cat.jpg", fill: true, sizes: "50vw", alt: "", loader });
        console.log(JSON.stringify(props.srcSet));
      `),
    ),
  );

/** Holds that a file is as wide as was asked, or as the picture is, which is not enlarged. */
async function isThere(url: string, asked: number | undefined): Promise<void> {
  const response = await fetch(url);
  assert.equal(response.status, 200, url);
  const { width } = await sharp(await response.bytes()).metadata();
  assert.equal(width, Math.min(600, asked ?? 0), url);
}

describe("next/image", { skip: !project && "npm cannot fetch next here" }, () => {
  test("every file of its srcset is signed by the route, and is there", async () => {
    project?.take("image-loader.js");
    project?.take("app/images/route.js");
    const asked = await srcset("image-loader.js");
    assert.deepEqual(
      asked.map(([, descriptor]) => descriptor),
      widths.map((width) => `${width}w`),
    );
    const answers = await project?.said(`
      import { NextRequest } from "next/server.js";
      import { GET } from "./app/images/route.js";
      const urls = ${JSON.stringify(asked.map(([url]) => url))};
      const answers = urls.map((url) => GET(new NextRequest(new URL(url, "https://site.example"))));
      console.log(JSON.stringify(answers.map(({ headers }) => headers.get("location"))));
    `);
    assert.ok(Array.isArray(answers) && answers.length === widths.length);
    for (const [nth, location] of answers.entries()) await isThere(String(location), widths[nth]);
  });

  test("where the function knows presets alone, every file is there without a route", async () => {
    project?.take("preset-loader.js");
    const asked = await srcset("preset-loader.js");
    assert.equal(asked.length, widths.length);
    for (const [nth, [url]] of asked.entries())
      await isThere(url.replace(site.origin, presetSite.origin), widths[nth]);
  });

  test("the types of both sides agree", async () => {
    const complaints = await project?.complaints(`
      import type { ImageLoader } from "next/image";
      import type { NextRequest } from "next/server";
      import { imageUrls, presetLoader, signedLoader, signingRoute } from "shutterspeed/client";
      const images = imageUrls({ base: "" });
      export const GET: (request: NextRequest) => Response = signingRoute({ images, source: String, widths: [9] });
      export const signed: ImageLoader = signedLoader("/images");
      export const preset: ImageLoader = presetLoader({ images, source: String, preset: (width) => "w" + width });
      // @ts-expect-error
      export const wrong: ImageLoader = ({ source }) => source;
    `);
    assert.equal(complaints, "");
  });
});
