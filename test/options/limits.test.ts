import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { compileLanguage } from "../../lambda/url/language.ts";
import { parse } from "../../lambda/url/parse.ts";
import { optionsOf } from "../options-of.ts";
import { type Env, requestFor, servicesOf } from "../services.ts";

const allowing = { IMGPROXY_ALLOW_SECURITY_OPTIONS: "true" };

const parsed = (options: string, env: Env) => {
  const services = servicesOf(env);
  const { http } = requestFor(services, { path: `/_/${options}/plain/s3://pictures/some` });
  return parse(http, services.language, 0);
};

describe("a limit that a URL sets", () => {
  for (const [said, limits] of [
    ["msr:3.5", { maxSrcResolution: 3.5 }],
    ["max_src_file_size:1000", { maxSrcFileSize: 1000 }],
    ["maf:7", { maxAnimationFrames: 7 }],
    ["mafr:0.25", { maxAnimationFrameResolution: 0.25 }],
    ["mrd:300", { maxResultDimension: 300 }],
    // No limit, which an environment that has one would not say.
    ["mrd:0", { maxResultDimension: Infinity }],
    ["mrd:-5", { maxResultDimension: Infinity }],
  ] as const) {
    const env = {
      IMGPROXY_MAX_SRC_RESOLUTION: "2",
      IMGPROXY_MAX_SRC_FILE_SIZE: "500",
      IMGPROXY_MAX_ANIMATION_FRAMES: "3",
      IMGPROXY_MAX_ANIMATION_FRAME_RESOLUTION: "1",
      IMGPROXY_MAX_RESULT_DIMENSION: "100",
    };
    test(`${said} stands in place of the environment's, and no other`, () => {
      const before = limitsOf(readConfig(env));
      assert.deepEqual(parsed(said, { ...env, ...allowing }).limits, { ...before, ...limits });
    });

    test(`${said} is refused unless it is allowed, also in a preset`, () => {
      assert.throws(() => parsed(said, env), {
        name: "SecurityOption",
        status: 403,
        publicMessage: "Invalid URL",
      });
      const preset = readConfig({ ...env, IMGPROXY_PRESETS: `small=${said}` });
      assert.throws(() => compileLanguage(preset, 0), /IMGPROXY_ALLOW_SECURITY_OPTIONS/);
    });

    test(`${said} makes another picture of it, kept under a key of its own`, () => {
      const [limited, plain] = [said, "w:1"].map((options) => parsed(options, { ...env, ...allowing }).key);
      assert.notEqual(limited, plain);
    });
  }

  for (const nonsense of ["maf:0", "maf:1.5", "maf:", "msr:-1", "mafr:-1", "msfs:a", "mrd:1e3", "mrd:1:2"])
    test(`${nonsense} is refused as nonsense`, () =>
      assert.throws(() => parsed(nonsense, allowing), { name: "InvalidUrl", status: 404 }));
});

test("no URL has more unpacked than the function's share for drawing: 4 bytes a pixel of 0.6 of 512 MB", () => {
  const config = readConfig({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512" });
  const { options } = optionsOf("msr:100000/mafr:100000/msfs:999999999999");
  const { maxSrcResolution, maxAnimationFrameResolution, maxSrcFileSize } = limitsOf(config, options);
  assert.ok(Math.abs(maxSrcResolution - 80.53) < 0.01, `${maxSrcResolution}`);
  assert.equal(maxAnimationFrameResolution, maxSrcResolution);
  assert.equal(maxSrcFileSize, Math.floor(512 * 2 ** 20 * 0.15));
});

test("what the environment allows a source is allowed whatever the memory: it need not be held", () => {
  const config = readConfig({
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
    IMGPROXY_MAX_SRC_RESOLUTION: "200",
  });
  assert.equal(limitsOf(config).maxSrcResolution, 200);
  assert.equal(limitsOf(config, optionsOf("msr:300").options).maxSrcResolution, 200);
});
