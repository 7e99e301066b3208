import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import sharp from "sharp";
import { readConfig } from "../../lambda/config.ts";
import { Deadline } from "../../lambda/deadline.ts";
import { open } from "../../lambda/image/open.ts";
import { plan } from "../../lambda/image/plan.ts";
import { render } from "../../lambda/image/render.ts";
import { language, readOption } from "../../lambda/url/language.ts";
import { oracle } from "../oracle.ts";
import { foreignPictures } from "../pictures.ts";

interface Drawn {
  readonly id: string;
  readonly source: string;
  readonly options: string;
  readonly width: number;
  readonly height: number;
  readonly rgbaSha256: string;
  readonly sharpPixelExact: boolean;
}

const offers = { auto: [], enforced: [], preferred: ["png"] } as const;

/** `mrd` is the environment's limit here; the option that overrides it is not built yet. */
async function draw(options: string, source: Buffer) {
  const segments = options.split("/").filter(Boolean);
  const limit = segments.find((segment) => segment.startsWith("max_result_dimension:"))?.split(":")[1];
  const config = readConfig({ IMGPROXY_MAX_RESULT_DIMENSION: limit });
  const words = language(config, 0);
  const asked = segments
    .filter((segment) => !segment.startsWith("max_result_dimension:"))
    .reduce((soFar, segment) => readOption(segment, soFar, words), {});
  const opened = await open(source, config);
  const picture = await render(plan(asked, opened.facts, offers, config), opened, Deadline.in(5000));
  return sharp(picture.body).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
}

describe("a picture is imgproxy's picture", { skip: foreignPictures.missing }, () => {
  for (const { id, source, options, width, height, rgbaSha256, sharpPixelExact } of oracle<Drawn>(
    "geometry",
  )) {
    const unbuilt = options.includes("trim:");
    test(`${id} ${options}`, { skip: unbuilt && "not built yet: trim" }, async () => {
      const { data, info } = await draw(options, foreignPictures.read(source));
      assert.deepEqual({ width: info.width, height: info.height }, { width, height });
      // Where sharp's second factor differs by a fraction of a px, only the size can be held.
      if (sharpPixelExact) assert.equal(createHash("sha256").update(data).digest("hex"), rgbaSha256);
    });
  }
});
