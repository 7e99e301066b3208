import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import sharp from "sharp";
import { everyOption } from "../../lambda/options/index.ts";
import { drawExample, examplePictures } from "../../lib/described/example-pictures.ts";

const folder = new URL("../../lambda/options/pictures/", import.meta.url);

/** Options that change nothing that is seen: what is kept in a file, who may ask, how it is delivered. */
const unseen =
  /^(format_quality|strip_|keep_|preserve_|enforce_|skip_|preset|cachebuster|expires|filename|return_|raw|max_src|max_anim|max_result)/;

describe("the pictures of the options' README", () => {
  test("show every option that shows, by its own example", () => {
    for (const { name, example } of everyOption) {
      if (unseen.test(name)) continue;
      const { options } = examplePictures[name] ?? assert.fail(name);
      assert.ok(options.split("/").includes(example), `${options}: expected ${example}`);
    }
  });

  test("are those that lie there, and no others", async () => {
    assert.deepEqual(
      (await readdir(folder)).sort(),
      Object.keys(examplePictures)
        .map((name) => `${name}.webp`)
        .sort(),
    );
  });

  for (const [name, example] of Object.entries(examplePictures)) {
    test(`${name} is what is drawn today`, async () => {
      const [kept, drawn] = await Promise.all(
        [await readFile(new URL(`${name}.webp`, folder)), await drawExample(example)].map(pixels),
      );
      assert.deepEqual([kept?.width, kept?.height], [drawn?.width, drawn?.height]);
      assert.ok(difference(kept?.data, drawn?.data) < 2, "npm run reference draws it again");
    });
  }
});

async function pixels(file: Uint8Array) {
  const { data, info } = await sharp(file)
    .flatten({ background: "#888" })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Levels, of 255, on average. */
function difference(a: Buffer = Buffer.alloc(0), b: Buffer = Buffer.alloc(0)): number {
  return a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0) / a.length;
}
