import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { Deadline } from "../../lambda/deadline.ts";
import { BrokenSource, InvalidSource, UnsupportedFormat } from "../../lambda/errors.ts";
import { type Format, formats } from "../../lambda/formats.ts";
import { open } from "../../lambda/image/open.ts";
import { plan } from "../../lambda/image/plan.ts";
import { noOffers } from "../options-of.ts";
import { oracle } from "../oracle.ts";
import { claiming, claimingGif } from "../pictures.ts";
import { type Env, limitsIn } from "../services.ts";

const opened = (bytes: Buffer, env: Env = {}) => open({ bytes }, {}, limitsIn(env), Deadline.in(10_000));

interface ImageType {
  readonly id: string;
  /** The first bytes of a file. */
  readonly hex: string;
  readonly ext?: string;
  readonly type: Format | null;
}

/** How a decoder calls the format of a file that it knows, and that has no more than a head. */
const called: Readonly<Partial<Record<Format, RegExp>>> = {
  webp: /header: webp:/,
  avif: /heif:/,
  svg: /header: svgload/,
  bmp: /^BMP:/,
  ico: /^ICO:/,
  heic: /^HEIC:/,
  jxl: /^JXL:/,
};

describe("imageType: the first bytes tell what they tell imgproxy", () => {
  for (const { id, hex, ext, type } of oracle<ImageType>("imageType")) {
    const skip = ext !== undefined && "not built yet: a camera's raw file, told by the extension of its URL";
    test(id, { skip }, async () => {
      const opening = opened(Buffer.from(hex, "hex"));
      if (type === null) await assert.rejects(opening, InvalidSource);
      else if (formats[type].reads)
        await assert.rejects(opening, (error) => {
          assert.ok(error instanceof BrokenSource);
          assert.match(error.message, called[type] ?? /none/);
          return true;
        });
      else
        await assert.rejects(
          opening,
          (error) => error instanceof UnsupportedFormat && error.message.startsWith(`${type}:`),
        );
    });
  }
});

interface Resolution {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** px. */
  readonly maxSrcResolution: number;
  /** px; 0 where no frame is held to it. */
  readonly maxFrameResolution?: number;
  readonly ok: boolean;
}

describe("resolutionCheck: a source may be as large as imgproxy lets it be", () => {
  for (const vector of oracle<Resolution>("resolutionCheck")) {
    const { width, height, frames, maxSrcResolution, maxFrameResolution = 0, ok } = vector;
    test(`${width}x${height}, ${frames} frames of ${maxSrcResolution} px`, async () => {
      const source = frames > 1 ? claimingGif(width, height, frames) : await claiming(width, height);
      const checking = checked(source, {
        IMGPROXY_MAX_SRC_RESOLUTION: `${maxSrcResolution / 1e6}`,
        IMGPROXY_MAX_ANIMATION_FRAME_RESOLUTION: `${maxFrameResolution / 1e6}`,
        IMGPROXY_MAX_ANIMATION_FRAMES: "100",
      });
      if (ok) assert.equal((await checking).height, height);
      else await assert.rejects(checking, InvalidSource);
    });
  }
});

/** Opens a source and plans it as it is, which is when frames are counted. */
async function checked(bytes: Buffer, env: Env) {
  const { info } = await opened(bytes, env);
  plan({ format: info.format }, info, noOffers, limitsIn(env), readConfig(env));
  return info;
}
