import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { defaultFormatQuality, type Variable } from "../../lambda/config/kinds.ts";
import { readConfig, variables } from "../../lambda/config/variables.ts";
import { onPurpose } from "../on-purpose.ts";
import { oracle } from "../oracle.ts";

interface Env {
  readonly type: string;
  readonly input: string;
  readonly want?: unknown;
  readonly error?: boolean;
}

/** A variable of ours for each of imgproxy's types that we read. */
const kinds: Readonly<Record<string, Variable<never> | Variable>> = {
  bool: variables.autoWebp,
  float: variables.maxSrcResolution,
  megaInt: variables.maxSrcResolution,
  int: variables.ttl,
  durationSeconds: variables.downloadTimeout,
  stringSlice: variables.s3AllowedBuckets,
  urlPath: variables.pathPrefix,
  imageTypes: variables.preferredFormats,
  formatQuality: variables.formatQuality,
  file: variables.presetsFile,
  dateTimeRFC3339: variables.lastModifiedBuster,
};

/** The others, which no variable of ours has. */
const unread: Readonly<Record<string, string>> = {
  durationMillis: "a variable in milliseconds",
  stringMap: "a variable that holds any map; that of access points holds ARNs",
};

/** Ours counts in megapixels and in unix ms, and comes with the defaults of the other formats. */
const inOurs: Readonly<Record<string, (want: unknown) => unknown>> = {
  dateTimeRFC3339: (want) => Date.parse(String(want)),
  megaInt: (want) => Number(want) / 1e6,
  formatQuality: (want) => ({ ...defaultFormatQuality, ...Object(want) }),
};

function unable({ type, input, want }: Env) {
  if (Object.hasOwn(unread, type)) return `not built yet: ${unread[type]}`;
  if (input === "-1") return onPurpose("variables");
  return want === null && onPurpose("variables");
}

const folder = mkdtempSync(join(tmpdir(), "variables-"));
after(() => rmSync(folder, { recursive: true }));

function fileOf(text: string): string {
  const path = join(folder, "file");
  writeFileSync(path, text);
  return path;
}

describe("env: values are read as imgproxy reads them", () => {
  for (const vector of oracle<Env>("env")) {
    const { type, input, want, error } = vector;
    test(`${type} ${JSON.stringify(input)}`, { skip: unable(vector) }, () => {
      const value = kinds[type]?.read as (text: string) => unknown;
      const read = type === "file" ? (text: string) => value(fileOf(text)) : value;
      if (error) assert.equal(read(input.trim()), undefined);
      else assert.deepEqual(read(input.trim()), inOurs[type]?.(want) ?? want);
    });
  }
});

test("30 and 30s are both thirty seconds", () => {
  const timeout = (text: string) => readConfig({ IMGPROXY_DOWNLOAD_TIMEOUT: text }).downloadTimeout;
  assert.deepEqual(
    [timeout("30"), timeout("30s"), timeout(" "), readConfig({}).downloadTimeout],
    [30, 30, 5, 5],
  );
});

test("a nonsense value is one sentence that names its variable", () => {
  assert.throws(() => readConfig({ IMGPROXY_QUALITY: "101" }), {
    message: 'IMGPROXY_QUALITY: expected an integer from 1 to 100, got "101"',
  });
});

test("a path prefix is taken as imgproxy takes it, and made of safe characters", () => {
  const prefix = (IMGPROXY_PATH_PREFIX: string) => readConfig({ IMGPROXY_PATH_PREFIX }).pathPrefix;
  for (const good of ["", "/img", "/img/v1.2", "/a-b_c"]) assert.equal(prefix(good), good);
  for (const spelled of ["img", "/img/", "//img", "img?a#b"]) assert.equal(prefix(spelled), "/img");
  assert.equal(prefix("/"), "");
  for (const bad of ["/img//a", "/i mg", "/ïmg", "/img/..", "/./img", "/a%20b"]) {
    assert.throws(() => prefix(bad), {
      message: `IMGPROXY_PATH_PREFIX: expected a path such as /img, of letters, digits, dots, dashes, underscores and slashes, got "${bad}"`,
    });
  }
});

test("what can never be asked, or spoken to, is refused", () => {
  for (const [name, good, bad] of [
    ["IMGPROXY_HEALTH_CHECK_PATH", ["/healthz", "/healthz/"], ["/a b", "/../a"]],
    [
      "IMGPROXY_S3_ENDPOINT",
      ["https://s3.example", "http://localhost:9000/s3", "localhost:9000", "s3.example"],
      ["ftp://x", "https://", "s3 example"],
    ],
    ["IMGPROXY_S3_REGION", ["eu-central-1", "auto"], ["eu central", "eu-central-1."]],
  ] as const) {
    for (const text of good) assert.doesNotThrow(() => readConfig({ [name]: text }));
    for (const text of bad) {
      assert.throws(
        () => readConfig({ [name]: text }),
        ({ message }: Error) => message.startsWith(`${name}: expected `),
      );
    }
  }
});

test("a secret is not repeated in its sentence", () => {
  assert.throws(
    () => readConfig({ IMGPROXY_KEY: "xyz" }),
    ({ message }: Error) => !message.includes("xyz"),
  );
});

test("every key needs its salt", () => {
  for (const [keys, salts, got] of [
    ["aa,bb", "cc", "2 and 1"],
    ["aa", undefined, "1 and 0"],
    ["aa", " ", "1 and 0"],
    [undefined, "cc", "0 and 1"],
  ]) {
    assert.throws(() => readConfig({ IMGPROXY_KEY: keys, IMGPROXY_SALT: salts }), {
      message: `IMGPROXY_KEY and IMGPROXY_SALT: expected as many keys as salts, got ${got}`,
    });
  }
  assert.equal(readConfig({ IMGPROXY_KEY: "aa,bb", IMGPROXY_SALT: "cc,dd" }).keys.length, 2);
});

test("a blank query separator splits nothing, an unset one is ?", () => {
  const separator = (text?: string) =>
    readConfig({ IMGPROXY_SOURCE_URL_QUERY_SEPARATOR: text }).sourceQuerySeparator;
  assert.deepEqual([separator(""), separator()], ["", "?"]);
});

test("one of some words is read in whatever case, and nothing else is", () => {
  const preset = (text: string) => readConfig({ IMGPROXY_WEBP_PRESET: text }).webpPreset;
  assert.deepEqual([preset("Photo"), preset(""), preset(" ICON ")], ["photo", "default", "icon"]);
  assert.throws(() => preset("best"), {
    message: 'IMGPROXY_WEBP_PRESET: expected one of default, photo, picture, drawing, icon, text, got "best"',
  });
});
