import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { readConfig } from "../../lambda/config/variables.ts";
import { compileLanguage } from "../../lambda/url/language.ts";
import { readPath } from "../../lambda/url/parse.ts";
import { splitTarget } from "../../lambda/url/path.ts";
import { verify } from "../../lambda/url/signature.ts";
import { expiresIn, imageUrls } from "../../lib/client/index.ts";

const [key, salt] = ["736563726574", "68656c6c6f"];
const images = imageUrls({ base: "https://pictures.example/", key, salt });

test("the signature is imgproxy's", () => {
  const url = images.url("http://example.com/images/curiosity.jpg", {
    resize: { width: 300 },
    format: "png",
  });
  // printf 'hello%s' PATH | openssl dgst -sha256 -hmac secret -binary | basenc --base64url
  assert.equal(
    url,
    "https://pictures.example/crUIS9VRh1M4fwZ0ppMmB5LP-wysJEvOgA_w9FkNMcU/rs::300/plain/http://example.com/images/curiosity.jpg@png",
  );
});

test("of a shorter signature there are as many bytes as IMGPROXY_SIGNATURE_SIZE", () => {
  const url = imageUrls({ base: "https://pictures.example", key, salt, signatureSize: 8 }).url(
    "http://example.com/images/curiosity.jpg",
    { resize: { width: 300 }, format: "png" },
  );
  // … | head -c 8 | basenc --base64url
  assert.equal(
    url,
    "https://pictures.example/crUIS9VRh1M/rs::300/plain/http://example.com/images/curiosity.jpg@png",
  );
});

test("without keys any word stands for the signature", () => {
  assert.equal(
    imageUrls({ base: "http://localhost:8080" }).url("s3://b/k"),
    "http://localhost:8080/unsafe/plain/s3://b/k",
  );
});

test("a key without its salt is refused, never a URL without a signature", () => {
  const base = "https://pictures.example";
  for (const [given, got] of [
    [{ key }, "1 and 0"],
    [{ key, salt: "" }, "1 and 0"],
    [{ salt }, "0 and 1"],
    [{ key: `${key},${key}`, salt }, "2 and 1"],
  ] as const) {
    assert.throws(() => imageUrls({ base, ...given }), {
      message: `key and salt: expected as many keys as salts, got ${got}`,
    });
  }
});

test("of several keys the first signs, with the first salt", () => {
  const several = imageUrls({ base: "https://pictures.example", key: `${key}, aa`, salt: `${salt}, bb` });
  assert.equal(several.url("s3://b/k"), images.url("s3://b/k"));
});

describe("what the function would refuse is one sentence", () => {
  const asked: readonly (readonly [says: RegExp, options: object])[] = [
    [/^quality: expected .*, got "101"$/, { quality: 101 }],
    [/^cachebuster: expected no .*, got "a\/b"$/, { cachebuster: "a/b" }],
    [/^options: expected one of its names, got "qualty", did you mean quality\?$/, { qualty: 80 }],
    [/got "resizingType", did you mean resizing_type\?$/, { resizingType: "fill" }],
    [/^resize: .*, got "widht", did you mean width\?$/, { resize: { widht: 300 } }],
    [/^padding: .* they are top, right, bottom, left$/, { padding: { sideways: 3 } }],
    [/^format: expected one that can be written: jpeg, .*, got "heic"$/, { format: "heic" }],
    [/^format: .*, got "psd"$/, { format: "psd" }],
    [/^preset: .*, got "thum", did you mean thumb\?$/, { preset: ["thum"] }],
    [/^expires: .* to come, got "3600"; expiresIn makes one$/, { expires: 3600 }],
  ];
  const strict = imageUrls({ base: "https://pictures.example", presets: ["thumb", "hero"] });
  for (const [says, options] of asked) {
    test(JSON.stringify(options), () =>
      assert.throws(() => Reflect.apply(strict.url, strict, ["s3://b/k", options]), { message: says }),
    );
  }

  test("no source, and a URL longer than the function reads", () => {
    assert.throws(() => images.url(""), { message: "source: expected its URL" });
    const longest = "x".repeat(6144 - "/unsafe/plain/s3://b/".length);
    const unsigned = imageUrls({ base: "https://pictures.example" });
    assert.doesNotThrow(() => unsigned.url(`s3://b/${longest}`));
    assert.throws(() => unsigned.url(`s3://b/${longest}x`), {
      message: /at most 6144 characters, got 6145$/,
    });
  });

  test("settings that make no sense", () => {
    for (const [props, says] of [
      [{ base: "pictures.example" }, /^base: expected an origin/],
      [{ base: "https://pictures.example?x" }, /^base: expected an origin/],
      [{ base: "", signatureSize: 33 }, /^signatureSize: expected an integer from 1 to 32, got 33$/],
      [{ base: "", argumentsSeparator: "/" }, /^argumentsSeparator: /],
      [{ base: "", argumentsSeparator: "-", encoding: "base64" }, /^argumentsSeparator: .*base64/],
      [{ base: "", key: "xy", salt: "aa" }, /^key: expected hex-encoded bytes$/],
    ] as const) {
      assert.throws(() => imageUrls(props), { message: says });
    }
  });

  test("what TypeScript would refuse, too", () => {
    const refused = [
      // @ts-expect-error no such option
      () => strict.url("s3://b/k", { qualty: 80 }),
      // @ts-expect-error HEIC is never written
      () => strict.url("s3://b/k", { format: "heic" }),
      // @ts-expect-error no such preset
      () => strict.url("s3://b/k", { preset: ["thum"] }),
      // @ts-expect-error no such part
      () => strict.url("s3://b/k", { resize: { widht: 300 } }),
    ];
    for (const one of refused) assert.throws(one);
    assert.match(strict.url("s3://b/k", { preset: ["thumb", "hero"] }), /\/pr:thumb:hero\/plain/);
  });
});

describe("the function reads what the client writes", () => {
  const source = "s3://bucket/Füße & 100%/a?b#c@d:e.jpg";
  const options = {
    resize: { resizing_type: "fill", width: 300, height: 200 },
    gravity: { type: "sm" },
    filename: "Füße",
    format: "webp",
  } as const;
  const read = { resizing_type: "fill", width: 300, height: 200, gravity: { type: "sm" }, filename: "Füße" };
  for (const [says, props, env] of [
    ["as it is written without settings", {}, {}],
    ["in base64", { encoding: "base64" }, {}],
    ["with another separator", { argumentsSeparator: "," }, { IMGPROXY_ARGUMENTS_SEPARATOR: "," }],
    [
      "in base64 with another separator",
      { encoding: "base64", argumentsSeparator: "~~" },
      { IMGPROXY_ARGUMENTS_SEPARATOR: "~~" },
    ],
    ["below a prefix", { base: "https://pictures.example/img/" }, { IMGPROXY_PATH_PREFIX: "/img" }],
    ["with a short signature", { signatureSize: 5 }, { IMGPROXY_SIGNATURE_SIZE: "5" }],
    ["of the same origin", { base: "" }, {}],
  ] as const) {
    test(says, () => {
      const config = readConfig({ IMGPROXY_KEY: key, IMGPROXY_SALT: salt, ...env });
      const url = imageUrls({ base: "https://pictures.example", key, salt, ...props }).url(source, options);
      const target = splitTarget(new URL(url, "https://pictures.example").pathname, config.pathPrefix);
      verify(target, config);
      const asked = readPath(target.path, compileLanguage(config, 0), 0);
      assert.deepEqual(asked, { source, options: { ...read, format: "webp" } });
    });
  }

  test("where URLs name presets and nothing else", () => {
    const env = { IMGPROXY_ONLY_PRESETS: "1", IMGPROXY_PRESETS: "thumb=w:9,grey=q:5" };
    const language = compileLanguage(readConfig(env), 0);
    const alone = imageUrls({ base: "", onlyPresets: true });
    const url = alone.url(source, { preset: ["thumb", "grey"], format: "png" });
    const asked = readPath(splitTarget(url, "").path, language, 0);
    assert.deepEqual(asked, {
      source,
      options: { width: 9, quality: 5, preset: ["thumb", "grey"], format: "png" },
    });
    assert.throws(() => alone.url(source, { width: 9 }), {
      message: "width: expected presets and a format alone",
    });
    assert.throws(() => alone.url(source), { message: "preset: expected the names of presets" });
  });
});

test("a lifetime is unix seconds, rounded up to an interval, so that caches share", () => {
  const noon = 1_800_000_000_000;
  assert.equal(expiresIn({ minutes: 1 }, 1, noon), 1_800_000_060);
  assert.equal(expiresIn({ hours: 1 }, 3600, noon), 1_800_003_600);
  assert.equal(expiresIn({ hours: 1 }, 3600, noon + 1000), 1_800_007_200);
  assert.equal(expiresIn({ days: 1, seconds: 1 }, 1, noon), 1_800_086_401);
  assert.throws(() => expiresIn({}), /expected a time above 0/);
  assert.throws(() => expiresIn({ days: 1 }, 0.5), /expected whole seconds/);
});

const bundled = async (format: "iife" | "esm") => {
  const entry = fileURLToPath(new URL("../../lib/client/index.ts", import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    platform: "browser",
    format,
    globalName: "client",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
};

/** As each runtime is to say it. */
const asked = `imageUrls({ base: "", key: "${key}", salt: "${salt}" }).url("s3://b/ü", { filename: "ü" })`;
const answered = imageUrls({ base: "", key, salt }).url("s3://b/ü", { filename: "ü" });

test("nothing the client needs is of Node: it signs where there is no Buffer", async () => {
  const globals = { TextEncoder, TextDecoder, btoa, atob, URL };
  assert.equal(runInNewContext(`${await bundled("iife")}; client.${asked}`, globals), answered);
});

test("an edge worker signs the same", async (t) => {
  const script = `${await bundled("esm")}; export default { fetch: () => new Response(${asked}) };`;
  const worker = new Miniflare({ modules: true, script, cf: false, host: "127.0.0.1", port: 0 });
  t.after(() => worker.dispose());
  assert.equal(await (await worker.dispatchFetch("http://localhost/")).text(), answered);
});

for (const [runtime, words] of [
  ["bun", []],
  ["deno", ["run"]],
] as const) {
  const there = spawnSync(runtime, ["--version"]).error === undefined;
  test(`${runtime} signs the same`, { skip: !there && `no ${runtime} on this machine` }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "shutterspeed-runtime-"));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "signing.mjs"), `${await bundled("esm")}; console.log(${asked});`);
    const { stdout, stderr } = spawnSync(runtime, [...words, join(folder, "signing.mjs")], {
      encoding: "utf8",
    });
    assert.equal(stdout.trim(), answered, stderr);
  });
}
