import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { type Config, readConfig } from "../../lambda/config/variables.ts";
import { Failure } from "../../lambda/errors.ts";
import { type Options, optionsByName } from "../../lambda/options/index.ts";
import { etagOf } from "../../lambda/url/etag.ts";
import { hintsIn } from "../../lambda/url/hints.ts";
import { settingsHash } from "../../lambda/url/key.ts";
import { compileLanguage } from "../../lambda/url/language.ts";
import { parse, readPath } from "../../lambda/url/parse.ts";
import { oracle, type Settings, unbuilt } from "../oracle.ts";
import { type Env, requestFor, servicesOf } from "../services.ts";

interface Vector {
  readonly id: string;
  readonly path: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly features?: { readonly clientHintsWidth?: number; readonly clientHintsDPR?: number };
  readonly expect: {
    readonly imageURL?: string;
    readonly options?: Readonly<Record<string, unknown>>;
    readonly error?: { readonly status: number; readonly publicMessage: string; readonly message?: string };
  };
}

/** Options of imgproxy that are not built yet, with all their names; their vectors are skipped, and counted as such. */
const notBuilt = [["pixelate", "pix"], ["format_quality", "fq"], ["skip_processing", "skp"], ["raw"]].filter(
  (names) => !names.some((name) => optionsByName.has(name)),
);

/** Its full name, when it is one of those. */
const unbuiltOption = (option: string) => notBuilt.find((names) => names.includes(option))?.[0];

const says = ({ path, config = {} }: Vector) =>
  [path, ...[config.IMGPROXY_PRESETS ?? []].flat()].flatMap((text) =>
    String(text).replace(/^\w+=/, "").split("/"),
  );

const outside = (vector: Vector) => {
  const [feature] = Object.keys(vector.features ?? {});
  if (feature && !feature.startsWith("clientHints"))
    return "told elsewhere: what a client accepts is not among the options";
  const [missing] = says(vector)
    .map((segment) => segment.split(":")[0] ?? "")
    .filter((name) => !vector.path.includes(`plain/${name}`))
    .flatMap((name) => unbuiltOption(name) ?? []);
  return missing !== undefined && `not built yet: ${missing}`;
};

function configOf(given: Readonly<Record<string, unknown>> = {}): Config {
  const { IMGPROXY_URL_REPLACEMENTS, ...env } = given;
  const rules = (IMGPROXY_URL_REPLACEMENTS ?? []) as { regex: string; replacement: string }[];
  const text = Object.entries(env).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(",") : String(value),
  ]);
  return {
    ...readConfig(Object.fromEntries(text)),
    urlReplacements: rules.map(({ regex, replacement }) => ({
      pattern: regex.replace(/^\^/, "").replaceAll("([^/]*)", "*"),
      replacement,
    })),
  };
}

/** The wall clock of the vectors, unix ms. */
const now = 1_790_000_000_000;

const rgb = (hex: unknown) => [0, 2, 4].map((at) => Number.parseInt(String(hex).slice(at, at + 2), 16));
const gravityKeys = (prefix: string, { type, x, y }: { type?: string; x?: number; y?: number } = {}) => ({
  [`${prefix}.type`]: type,
  [`${prefix}.x_offset`]: x,
  [`${prefix}.y_offset`]: y,
});

const px = (megapixels: number | undefined) => megapixels && Math.trunc(megapixels * 1e6);

/** What we read, under imgproxy's internal names; what its defaults fill in while reading is filled in here. */
function internalNames(options: Options): Record<string, unknown> {
  const {
    zoom,
    extend,
    extend_aspect_ratio,
    gravity,
    crop,
    padding,
    flip,
    background,
    format_quality,
    preset,
    trim,
    watermark,
    max_src_resolution: megapixels,
    max_animation_frame_resolution: frameMegapixels,
    ...same
  } = options;
  const sides = padding && {
    top: padding.top,
    right: padding.right ?? padding.top,
    bottom: padding.bottom ?? padding.top,
  };
  const flat = {
    ...same,
    max_src_resolution: px(megapixels),
    max_animation_frame_resolution: px(frameMegapixels),
    zoom_width: zoom?.x,
    zoom_height: zoom?.y ?? zoom?.x,
    "extend.enabled": extend?.enabled,
    ...gravityKeys("extend.gravity", extend?.gravity),
    "extend_aspect_ratio.enabled": extend_aspect_ratio?.enabled,
    ...gravityKeys("extend_aspect_ratio.gravity", extend_aspect_ratio?.gravity),
    ...gravityKeys("gravity", gravity),
    "crop.width": crop?.width,
    "crop.height": crop?.height,
    ...gravityKeys("crop.gravity", crop?.gravity),
    "padding.top": sides?.top,
    "padding.right": sides?.right,
    "padding.bottom": sides?.bottom,
    "padding.left": padding?.left ?? sides?.right,
    ...Object.fromEntries(
      Object.entries(format_quality ?? {}).map(([format, value]) => [`format_quality.${format}`, value]),
    ),
    "flip.horizontal": flip?.horizontal,
    "flip.vertical": flip?.vertical,
    "watermark.opacity": watermark?.opacity,
    "watermark.position": watermark?.position,
    "watermark.x_offset": watermark?.x,
    "watermark.y_offset": watermark?.y,
    "watermark.scale": watermark?.scale,
    background: background && rgb(background),
    "trim.threshold": trim?.threshold,
    "trim.color": trim?.color && rgb(trim.color),
    "trim.equal_horizontal": trim?.equalHor,
    "trim.equal_vertical": trim?.equalVer,
    used_presets: preset,
  };
  return Object.fromEntries(Object.entries(flat).filter(([, value]) => value !== undefined));
}

describe("parsePath: a path is read, or refused, as imgproxy does it", () => {
  for (const vector of oracle<Vector>("parsePath")) {
    test(`${vector.id} ${vector.path}`, { skip: outside(vector) }, () => {
      const { expect, features: { clientHintsWidth: width, clientHintsDPR: dpr } = {} } = vector;
      const hints = { ...(width !== undefined && { width }), ...(dpr !== undefined && { dpr }) };
      const read = () => readPath(vector.path, compileLanguage(configOf(vector.config), now), now, hints);
      if (expect.error) {
        const { status, publicMessage } = expect.error;
        assert.throws(
          read,
          (error) =>
            error instanceof Failure && error.status === status && error.publicMessage === publicMessage,
        );
      } else {
        const { source, options } = read();
        assert.equal(source, expect.imageURL);
        assert.deepEqual(internalNames(options), expect.options);
      }
    });
  }
});

describe("presetDefinitions: presets are accepted and refused as imgproxy does it", () => {
  for (const { preset, ok } of oracle<{ preset: string; ok: boolean }>("presetDefinitions")) {
    const [missing] = preset.split(/[=/]/).flatMap((part) => unbuiltOption(part.split(":")[0] ?? "") ?? []);
    test(JSON.stringify(preset), { skip: missing !== undefined && `not built yet: ${missing}` }, () => {
      const compile = () => compileLanguage(readConfig({ IMGPROXY_PRESETS: preset }), now);
      if (ok) assert.doesNotThrow(compile);
      else assert.throws(compile, Error);
    });
  }
});

/** What is read of a request whose path says nothing of interest. */
function readWith(headers: Readonly<Record<string, string>>, config: Settings) {
  const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  const http = {
    method: "GET",
    path: "/_/plain/s3://b/k.jpg",
    headers: Object.fromEntries(lowerCase),
    id: "",
  };
  return parse(http, compileLanguage(configOf(config), now), now);
}

interface ClientFeatures {
  readonly id: string;
  readonly config: Settings;
  readonly headers: Readonly<Record<string, string>>;
  readonly expect: Readonly<Record<string, boolean | number>>;
}

describe("clientFeatures: a client is offered what imgproxy offers it", () => {
  for (const { id, config, headers, expect } of oracle<ClientFeatures>("clientFeatures")) {
    test(id, { skip: unbuilt(config) }, () => {
      const { auto, enforced } = readWith(headers, config).offers;
      const expected = (verb: string) =>
        ["Jxl", "Avif", "WebP"]
          .filter((format) => expect[verb + format])
          .map((format) => format.toLowerCase());
      assert.deepEqual({ auto, enforced }, { auto: expected("Prefer"), enforced: expected("Enforce") });
      const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
      const { width, dpr } = hintsIn(Object.fromEntries(lower), configOf(config));
      assert.deepEqual([width, dpr], [expect.ClientHintsWidth, expect.ClientHintsDPR]);
    });
  }
});

interface ConditionalRequest {
  readonly id: string;
  readonly config: Settings;
  readonly userHeaders: Readonly<Record<string, string>>;
  readonly sourceRequestHeaders: Readonly<Record<string, string>>;
}

test("another buster makes ETags that were answered before mean nothing", () => {
  const held = (buster: string) => etagOf('"e"', readWith({}, { IMGPROXY_ETAG_BUSTER: buster }).key) ?? "";
  const asked = (etag: string) =>
    readWith({ "If-None-Match": etag }, { IMGPROXY_ETAG_BUSTER: "v2" }).conditions.ifNoneMatch;
  assert.deepEqual([asked(held("v1")), asked(held("v2"))], [undefined, '"e"']);
});

describe("conditionalRequest: a client's conditions reach the source as imgproxy's do", () => {
  for (const vector of oracle<ConditionalRequest>("conditionalRequest")) {
    const { id, config, userHeaders, sourceRequestHeaders: expected } = vector;
    test(id, { skip: unbuilt(config) }, () => {
      // The client holds an ETag of ours, which holds the source's; with a buster the vectors' clients hold none that is right.
      const right = !("IMGPROXY_ETAG_BUSTER" in config);
      const held = right && etagOf(userHeaders["If-None-Match"], readWith({}, config).key);
      const headers = { ...userHeaders, ...(held && { "If-None-Match": held }) };
      const { ifNoneMatch, ifModifiedSince } = readWith(headers, config).conditions;
      assert.deepEqual(
        [ifNoneMatch?.replaceAll('"', ""), ifModifiedSince],
        [expected["If-None-Match"], expected["If-Modified-Since"]],
      );
    });
  }
});

/** What is understood of a request, in an environment. */
function understood(env: Env, path: string, headers: Readonly<Record<string, string>> = {}) {
  const services = servicesOf(env, { now });
  return parse(requestFor(services, { path, headers }, now).http, services.language, now);
}

describe("IMGPROXY_ALLOWED_SOURCES", () => {
  const env = { IMGPROXY_ALLOWED_SOURCES: "s3://pictures/,s3://*/public/" };
  const asked = (source: string, more: Env = {}) => understood({ ...env, ...more }, `/_/w:1/plain/${source}`);
  const refused = { name: "SourceNotAllowed", status: 404, publicMessage: "Invalid source URL" };

  test("lets sources through that begin as one of them", () => {
    assert.equal(asked("s3://pictures/a.jpg").source, "s3://pictures/a.jpg");
    assert.equal(asked("s3://other/public/a.jpg").source, "s3://other/public/a.jpg");
  });

  test("refuses all others, also where an allowed one stands further on", () => {
    for (const source of [
      "s3://pictures2/a.jpg",
      "s3://other/a.jpg",
      "s3://a/b/public/a.jpg",
      "s3://x/s3://pictures/a",
    ]) {
      assert.throws(() => asked(source), refused, source);
    }
  });

  test("looks at the source as it will be fetched, rewritten and decoded", () => {
    assert.equal(asked("a.jpg", { IMGPROXY_BASE_URL: "s3://pictures/" }).source, "s3://pictures/a.jpg");
    assert.throws(
      () => asked("s3://pictures/a", { IMGPROXY_URL_REPLACEMENTS: "s3://pictures=s3://secret" }),
      refused,
    );
    assert.throws(() => asked("s3:%2F%2Fsecret%2Fa"), refused);
  });

  test("refuses none when it is unset", () => {
    assert.equal(understood({}, "/_/plain/s3://anywhere/a").source, "s3://anywhere/a");
  });
});

test("the client's conditions are handed on as far as the environment lets them, and as they are of this picture", () => {
  const path = "/_/plain/s3://b/k";
  const since = "Wed, 21 Oct 2015 07:28:00 GMT";
  const conditions = (env: Env, etag?: string) => {
    const held = etag ?? etagOf('"e"', understood(env, path).key) ?? "";
    return understood(env, path, { "if-none-match": held, "if-modified-since": since }).conditions;
  };
  // The ETag says all that the date does, and more.
  assert.deepEqual(conditions({}), { ifNoneMatch: '"e"' });
  assert.deepEqual(conditions({ IMGPROXY_USE_ETAG: "0" }), { ifModifiedSince: since });
  assert.deepEqual(conditions({ IMGPROXY_USE_ETAG: "0", IMGPROXY_USE_LAST_MODIFIED: "0" }), {});
  assert.deepEqual(conditions({ IMGPROXY_USE_LAST_MODIFIED: "0" }), { ifNoneMatch: '"e"' });
  assert.deepEqual(conditions({}, '"e"'), {});
  assert.deepEqual(understood({}, path).conditions, {});
});

test("what the environment asks for holds until a URL says otherwise", () => {
  const env = { IMGPROXY_RETURN_ATTACHMENT: "1" };
  assert.equal(understood(env, "/_/plain/s3://b/k").options.return_attachment, true);
  assert.equal(understood(env, "/_/att:0/plain/s3://b/k").options.return_attachment, false);
  assert.equal(understood({}, "/_/plain/s3://b/k").options.return_attachment, undefined);
});

describe("IMGPROXY_PRESETS_PATH", () => {
  const folder = mkdtempSync(join(tmpdir(), "presets-"));
  after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "presets");
  const namesOf = (text: string, env: Env = {}) => {
    writeFileSync(file, text);
    const config = readConfig({ ...env, IMGPROXY_PRESETS_PATH: file });
    return [...compileLanguage(config, now).presets.keys()];
  };

  test("adds a preset a line to those of IMGPROXY_PRESETS, whatever separates them there", () => {
    assert.deepEqual(namesOf("a=w:1\n\n  # no preset\r\n b = h:2/fn:1,2 \n"), ["a", "b"]);
    const both = { IMGPROXY_PRESETS: "x=w:1|y=w:2", IMGPROXY_PRESETS_SEPARATOR: "|" };
    assert.deepEqual(namesOf("file_1=w:1\nfile_2=w:2\n", both), ["x", "y", "file_1", "file_2"]);
    assert.deepEqual(namesOf(""), []);
  });

  test("replaces one of the same name, and its default is every request's", () => {
    writeFileSync(file, "default=w:7\nsame=h:1");
    const env = { IMGPROXY_PRESETS: "default=w:1,same=h:9", IMGPROXY_PRESETS_PATH: file };
    assert.equal(understood(env, "/_/pr:same/plain/s3://b/k").options.height, 1);
    assert.equal(understood(env, "/_/plain/s3://b/k").options.width, 7);
  });

  test("is named when it cannot be read, and when a line makes no sense", () => {
    assert.throws(() => readConfig({ IMGPROXY_PRESETS_PATH: join(folder, "none") }), {
      message: /^IMGPROXY_PRESETS_PATH: expected the path of a text file that can be read, got ".*none"$/,
    });
    assert.throws(() => namesOf("a=w:1\nb=w:x"), { message: /^IMGPROXY_PRESETS_PATH: b: width: expected / });
    assert.throws(() => namesOf("nonsense"), {
      message: /^IMGPROXY_PRESETS_PATH: expected name=option:argument/,
    });
  });

  test("makes other keys when it says other things", () => {
    const hashOf = (text: string) => {
      writeFileSync(file, text);
      return settingsHash(readConfig({ IMGPROXY_PRESETS_PATH: file }));
    };
    assert.notEqual(hashOf("a=w:1"), hashOf("a=w:2"));
  });
});

test("a preset that makes no sense is one sentence that names the variable and the preset", () => {
  for (const [IMGPROXY_PRESETS, sentence] of [
    ["thumb=w:300,big=w:huge", /^IMGPROXY_PRESETS: big: width: expected .*, got "huge"$/],
    ["thumb=no_such:1", "IMGPROXY_PRESETS: thumb: no_such: expected the name of an option"],
    ["thumb=pr:gone", 'IMGPROXY_PRESETS: thumb: preset: expected one of IMGPROXY_PRESETS, got "gone"'],
    ["thumb=exp:9", "IMGPROXY_PRESETS: thumb: expires: valid until 9"],
    ["thumb=w", 'IMGPROXY_PRESETS: expected name=option:argument/…, got "thumb=w"'],
  ] as const) {
    assert.throws(() => compileLanguage(readConfig({ IMGPROXY_PRESETS }), now), { message: sentence });
  }
});
