import sharp from "sharp";
import { type Bucket, Refused } from "../../lambda/bucket.ts";
import { readConfig } from "../../lambda/config.ts";
import { Deadline } from "../../lambda/deadline.ts";
import { Failure } from "../../lambda/errors.ts";
import { answerFailure } from "../../lambda/respond.ts";
import { serve } from "../../lambda/serve.ts";
import { language } from "../../lambda/url/language.ts";
import { type Case, environmentOf, pathOf, pictureNamed } from "./cases.ts";
import type { Answer } from "./compare.ts";

// Cases run beside each other, and the bytes of an AVIF depend on the number of threads.
sharp.concurrency(1);

const kept = new Map<string, Buffer | undefined>();

function objectNamed(key: string): Buffer {
  if (!kept.has(key)) kept.set(key, pictureNamed(key));
  const object = kept.get(key);
  if (!object) throw new Refused(404, "NoSuchKey");
  return object;
}

/**
 * The pictures beside the project, in memory. Elsewhere tests go through a real S3: here thousands of requests are asked
 * of what is drawn, and how an object arrives is tested there.
 */
const pictures: Bucket = {
  async get({ bucket, key }) {
    if (bucket !== "pictures") throw new Refused(404, "NoSuchBucket");
    const object = objectNamed(key);
    return { facts: {}, length: object.length, body: once(object), discard() {} };
  },
  async put() {
    throw new Error("nothing is to be stored");
  },
  async presign() {
    throw new Error("nothing is stored that a link could lead to");
  },
};

async function* once(bytes: Uint8Array) {
  yield bytes;
}

const groups = new Map<string, ReturnType<typeof servicesOf>>();

function servicesOf(asked: Case) {
  const config = readConfig(environmentOf(asked));
  return { config, language: language(config, Date.now()), bucket: pictures, log: { note() {} } };
}

/** ms; far more than any case takes, so that a busy machine changes no answer. */
const patience = 120_000;

/** What we answer to the same request. */
export async function answerTo(asked: Case): Promise<Answer> {
  const services = groups.get(asked.group) ?? servicesOf(asked);
  groups.set(asked.group, services);
  const http = {
    method: "GET",
    path: pathOf(asked),
    headers: { accept: asked.accept ?? "*/*" },
    id: asked.id,
  };
  const response = await serve(http, services, Deadline.in(patience)).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    return answerFailure(error, { http, config: services.config, now: Date.now() });
  });
  const headers = Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { status: response.status, headers: Object.fromEntries(headers), body: Buffer.from(response.body) };
}
