import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";
import sharp from "sharp";
import { shell } from "../../package/installed.ts";
import { drawn } from "../../pictures.ts";
import { candidates, keys, ownProject } from "./project.ts";
import { ownSite } from "./site.ts";

const site = await ownSite();
const project = await ownProject(site.origin, "astro@7.3.5");
after(async () => {
  project?.[Symbol.dispose]();
  await site[Symbol.asyncDispose]();
});

describe("astro", { skip: !project && "npm cannot fetch astro here" }, () => {
  test("every picture of a site that was built is there, of the size and format its page says", async (t) => {
    assert.ok(project);
    project.take("src/image-service.js");
    project.take("src/pages/index.astro");
    writeFileSync(join(project.folder, "src/cat.jpg"), await drawn(60, 40).jpeg().toBuffer());
    project.write(
      "src/pages/imported.astro",
      '---\nimport { Image } from "astro:assets";\nimport cat from "../cat.jpg";\n---\n<Image src={cat} alt="" />',
    );
    project.write(
      "astro.config.mjs",
      'export default { image: { service: { entrypoint: "./src/image-service.js" } } };',
    );
    await promisify(execFile)(process.execPath, ["node_modules/astro/bin/astro.mjs", "build"], {
      cwd: project.folder,
      env: { ...shell, ...keys, ASTRO_TELEMETRY_DISABLED: "1" },
    });
    const html = readFileSync(join(project.folder, "dist/index.html"), "utf8");
    const sets = [...html.matchAll(/srcset="([^"]+)"/g)].map(([, srcset = ""]) => candidates(srcset));
    const images = [...html.matchAll(/<img [^>]*src="([^"]+)"/g)].map(([, src = ""]) => src);
    t.diagnostic(`${images.length} images, ${sets.flat().length} candidates`);
    for (const [url, descriptor] of sets.flat()) {
      const response = await fetch(url);
      assert.equal(response.status, 200, url);
      const { width } = await sharp(await response.bytes()).metadata();
      // Of 600 by 400 px the largest square has 400.
      const most = url.includes("/rs:fill-down:") ? 400 : 600;
      const figure = Number.parseFloat(descriptor || "1x");
      const asked = descriptor.endsWith("w") ? figure : 300 * figure;
      assert.equal(width, Math.min(most, asked), `${url} ${descriptor}`);
    }
    const found = await Promise.all(
      images.map(async (url) => {
        const { width, height, format } = await sharp(await (await fetch(url)).bytes()).metadata();
        return { width, height, format };
      }),
    );
    assert.deepEqual(found, [
      { width: 300, height: 200, format: "webp" },
      { width: 300, height: 300, format: "webp" },
      { width: 300, height: 200, format: "png" },
    ]);
    // The service of the README leaves it as it is.
    const imported = readFileSync(join(project.folder, "dist/imported/index.html"), "utf8");
    const [, src = ""] = /src="(\/_astro\/[^"]+)"/.exec(imported) ?? [];
    const { width } = await sharp(join(project.folder, "dist", src)).metadata();
    assert.equal(width, 60, imported);
  });

  test("the types of both sides agree", async () => {
    const complaints = await project?.complaints(`
      import type { ExternalImageService } from "astro";
      import { baseService } from "astro/assets";
      import { astroUrl, imageUrls } from "shutterspeed/client";
      const getURL = astroUrl({ images: imageUrls({ base: "" }), source: String });
      export const service: ExternalImageService = { ...baseService, getURL };
      // @ts-expect-error
      export const wrong: ExternalImageService = { ...baseService, getURL: 1 };
    `);
    assert.equal(complaints, "");
  });
});
