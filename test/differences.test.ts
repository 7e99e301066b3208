import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readConfig } from "../lambda/config/variables.ts";
import { Deadline } from "../lambda/deadline.ts";
import { Failure } from "../lambda/errors.ts";
import type { HttpResponse } from "../lambda/http.ts";
import { serve } from "../lambda/serve.ts";
import { type DifferenceName, differences } from "../lib/differences.ts";
import { securityHeaders } from "../lib/stack/policy-headers.ts";
import { classes, entries, rows } from "./golden/differences.ts";
import { storeOf, streamOf } from "./objects.ts";
import { drawn } from "./pictures.ts";
import { requestFor, servicesOf } from "./services.ts";

const files = globSync("**/*.ts", { cwd: import.meta.dirname });
const read = (file: string) => readFileSync(join(import.meta.dirname, file), "utf8");

const png = await drawn(40, 30).png().toBuffer();

interface Answered {
  readonly status: number;
  readonly headers: HttpResponse["headers"];
  /** The name of the failure. */
  readonly error?: string;
}

async function answered(path: string, env = {}): Promise<Answered> {
  const services = servicesOf(env, { store: storeOf(async () => streamOf(png)) });
  try {
    const { status, headers } = await serve(requestFor(services, { path }), services, Deadline.in(10_000));
    return { status, headers };
  } catch (error) {
    assert.ok(error instanceof Failure, `${error}`);
    return { status: error.status, headers: {}, error: error.name };
  }
}

const statusOf = async (path: string, env = {}) => (await answered(path, env)).status;
const source = "plain/s3://b/k";

/** Rows that no case and no vector shows: shown here, or by a test of that title elsewhere. */
const shown: Partial<
  Record<DifferenceName, (() => Promise<void> | void) | readonly [file: string, title: string]>
> = {
  negativeTurns: async () => {
    const { headers } = await answered(`/_/rot:-90/${source}`, { IMGPROXY_ENABLE_DEBUG_HEADERS: "1" });
    assert.deepEqual([headers["X-Result-Width"], headers["X-Result-Height"]], ["30", "40"]);
  },
  manyOptions: async () => {
    assert.equal(await statusOf(`/_/${"w:9/".repeat(1000)}${source}`), 200);
    assert.equal(await statusOf(`/_/${"w:9/".repeat(1001)}${source}`), 404);
  },
  longUrl: async () => assert.equal(await statusOf(`/_/cb:${"a".repeat(6144)}/${source}`), 414),
  signatureSpelling: [
    "url/signature.test.ts",
    "a signature is accepted as it is made, not as base64 could also spell it",
  ],
  notUtf8: [
    "url/key.test.ts",
    "a source that is no text is refused, not guessed: no tag would name the object",
  ],
  objectNames: async () => {
    for (const object of ["b/../k", "b/a/./k", "arn:aws:s3:::b/k"])
      assert.equal(await statusOf(`/_/plain/s3://${object.replaceAll(":", "%3A")}`), 404, object);
  },
  redirectTargets: ["source/web.test.ts", "lead to sources that are allowed"],
  webAttempts: ["source/web.test.ts", "that has failed for a moment is a picture all the same"],
  raw: ["source/raw.test.ts", "is saved and never shown where a browser would run it"],
  fullFilename: ["answer/answers.test.ts", "a name is cut to what a file may be called, between characters"],
  cors: async () => {
    const { headers } = await answered("/health", { IMGPROXY_ALLOW_ORIGIN: "*" });
    assert.equal(headers["Access-Control-Allow-Origin"], "*");
  },
  policyHeaders: () => assert.equal(securityHeaders["X-Content-Type-Options"], "nosniff"),
  keptHeaders: [
    "cloud/delivery.test.ts",
    "a derivative that was dear to draw is kept, and served by S3 without the function",
  ],
  redirect: [
    "derivatives.test.ts",
    "what is too big for a response lies in the bucket, and the edge is sent to itself",
  ],
  errorCaching: [
    "stack/delivery.test.ts",
    "a failure that lasts says so to the edge: a missing picture is asked for once in a while, not by every viewer",
  ],
  clientHints: ["edge/hints.test.ts", "at the edge a hint is taken for the next step, or for the last"],
  askedAgain: ["source/healing.test.ts", "a length that says half"],
  recentSources: [
    "source/recent.test.ts",
    "a source that has not changed comes from memory, one that has comes anew",
  ],
  stepDown: ["image/admit.test.ts", "where the URL names no format, another one is written instead"],
  windowsPictures: ["image/bmp.test.ts", "16 bits, 5 for each colour, the lowest first"],
  metadata: ["options/metadata.test.ts", "keeps of IPTC what says whose the picture is, in a JPEG"],
  webAssembly: ["image/jxl.test.ts", "of more than the function's memory decodes"],
  watermarkUrl: ["source/watermark.test.ts", "for five minutes"],
  requestId: ["http.test.ts", "a request id that could break a header or a log line is replaced"],
  ownDeadline: () => assert.equal(readConfig({}).timeout, undefined),
  resultLimit: async () => {
    const asked = await answered(`/_/s:90:90:1:1/${source}`, { IMGPROXY_MAX_SRC_RESOLUTION: "0.002" });
    assert.deepEqual([asked.status, asked.error], [422, "ResultTooBig"]);
  },
  hostileSvg: [
    "image/svg-guard.test.ts",
    "what drawings have is drawn: groups, a filter, a style, a picture, 16 layers one in the other",
  ],
  frames: ["image/frames.test.ts", "a delay that sharp would not write is as long as it can be"],
};

const byClass: ReadonlySet<string> = new Set(entries.map((entry) => rows[entry.class] ?? ""));
const byVector: ReadonlySet<string> = new Set(
  files.flatMap((file) => [...read(file).matchAll(/onPurpose\(\s*"(\w+)"/g)].map(([, name = ""]) => name)),
);

describe("what the README lists as different from imgproxy is so", () => {
  for (const [name, { here }] of Object.entries(differences)) {
    test(here, async () => {
      const how = Object.entries(shown).find(([one]) => one === name)?.[1];
      if (typeof how === "function") await how();
      else if (how) assert.ok(read(how[0]).includes(`test("${how[1]}"`), `${how[0]} has no test "${how[1]}"`);
      else assert.ok(byClass.has(name) || byVector.has(name), "no case, no vector and no test shows it");
    });
  }
});

test("whatever is answered otherwise on purpose is a row of that list", () => {
  const unlisted = Object.entries(classes).filter(
    ([letter, says]) => /on purpose/.test(says) && !(letter in rows),
  );
  assert.deepEqual(unlisted, []);
  const own = ["on-purpose.ts", "differences.test.ts"];
  const loose = files.filter((file) => !own.includes(file) && /["'`]on purpose: /.test(read(file)));
  assert.deepEqual(loose, [], "say onPurpose(row)");
});

test("each difference is a sentence with its reason", () => {
  for (const { here, because } of Object.values(differences)) {
    assert.match(here, /^[\p{Lu}\d`].*[^.]$/u);
    assert.match(because, /^\p{Ll}.*[^.]$|^(Lambda|CloudFront|SVG) .*[^.]$/u);
  }
});
