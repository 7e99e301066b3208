import assert from "node:assert/strict";
import sharp from "sharp";
import { readConfig } from "../../../lambda/config/variables.ts";
import { compileLanguage } from "../../../lambda/url/language.ts";
import { keyPair, sign } from "../../../lib/client/signature.ts";
import { ownCloud } from "../../cloud/cloud.ts";
import { ownS3 } from "../../own-s3.ts";
import { drawn } from "../../pictures.ts";
import type { Place } from "./clients.ts";
import { type Effect, sources } from "./effects.ts";

const keys = { IMGPROXY_KEY: "943b421c9eb07c83", IMGPROXY_SALT: "520f986b998545b4" };
const env = {
  ...keys,
  IMGPROXY_ALLOW_SECURITY_OPTIONS: "1",
  IMGPROXY_PRESETS: "thumb=width:30",
  IMGPROXY_WATERMARK_DATA: (await drawn(90, 60).png().toBuffer()).toString("base64"),
  // A source has as many frames as its clients say.
  IMGPROXY_MAX_ANIMATION_FRAMES: "9",
};

/** What the function of `askedCloud` reads URLs by. */
export const language = compileLanguage(readConfig(env), 0);

/** The local cloud with the sources of all effects, and what is asked of it. */
export async function askedCloud() {
  const s3 = await ownS3();
  for (const [key, body] of Object.entries(await sources())) await s3.put(key, body);
  const cloud = await ownCloud(s3, { env });
  const place: Place = { base: cloud.origin, key: keys.IMGPROXY_KEY, salt: keys.IMGPROXY_SALT };
  const pair = keyPair(place.key, place.salt);
  assert.ok(pair);

  /** The URL of a path that is yet to be signed. */
  const signed = (path: string) => `${place.base}/${sign(path, pair.key, pair.salt, 32)}${path}`;
  /** The URL of an effect, spelled out. */
  const spelledOut = (effect: Effect, spelled = effect.spelled) =>
    signed(`${spelled && `/${spelled}`}/plain/${sourceOf(effect)}`);

  return {
    place,
    spelledOut,
    /** The URL of a client that signs nothing, signed. */
    signedLater: (url: string) => signed(url.slice(`${place.base}/unsafe`.length)),
    /** Throws where a URL of a client is not answered with the effect. */
    async holds(url: string, effect: Effect): Promise<void> {
      const { status, headers, bytes } = await answerOf(url);
      assert.equal(status, effect.status ?? 200, `${url}: ${status} ${bytes.subarray(0, 200)}`);
      if (status !== 200) return;
      const { width, height, format } = await sharp(bytes).metadata();
      assert.deepEqual([[width, height], format], [effect.size ?? [300, 200], effect.format ?? "jpeg"], url);
      const long = await answerOf(spelledOut(effect));
      assert.ok(bytes.equals(long.bytes), `${url} is not ${effect.spelled}`);
      const [name, value] = effect.header ?? [];
      if (name) assert.equal(headers.get(name), value, url);
    },
    async [Symbol.asyncDispose]() {
      await cloud.stop();
      await s3[Symbol.asyncDispose]();
    },
  };
}

/** The URL of the source of an effect. */
export const sourceOf = ({ of = "plain.jpg" }: Effect): string => `s3://pictures/${of}`;

/** An answer, read. */
export async function answerOf(url: string) {
  const response = await fetch(url);
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.bytes()) };
}

/** Holds that a README tells of a client what was found. */
export function isTold(
  readme: string,
  { name, version }: { readonly name: string; readonly version: string },
  ...groups: readonly (readonly unknown[])[]
): void {
  const row = `| ${name} ${version} | ${groups.map(({ length }) => length).join(" | ")} |`;
  assert.ok(readme.includes(row), `expected the row ${row}`);
}
