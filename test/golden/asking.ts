import sharp from "sharp";
import { answerFailure } from "../../lambda/answer/answers.ts";
import { Deadline } from "../../lambda/deadline.ts";
import { Failure } from "../../lambda/errors.ts";
import { serve } from "../../lambda/serve.ts";
import { type Store, StoreError } from "../../lambda/store/store.ts";
import { requestFor, servicesOf } from "../services.ts";
import { type Case, environmentOf, pathOf, pictureNamed } from "./cases.ts";
import type { Answer } from "./compare.ts";

// Cases run beside each other, and the bytes of an AVIF depend on the number of threads.
sharp.concurrency(1);

const kept = new Map<string, Buffer | undefined>();

function objectNamed(key: string): Buffer {
  if (!kept.has(key)) kept.set(key, pictureNamed(key));
  const object = kept.get(key);
  if (!object) throw new StoreError(404, "NoSuchKey");
  return object;
}

/**
 * The pictures beside the project, in memory. Elsewhere tests go through a real S3: here thousands of requests are asked
 * of what is drawn, and how an object arrives is tested there.
 */
const pictures: Store = {
  async get({ bucket, key }) {
    if (bucket !== "pictures") throw new StoreError(404, "NoSuchBucket");
    const object = objectNamed(key);
    return { metadata: {}, length: object.length, body: once(object), cancel() {} };
  },
  put: readOnly,
  presign: readOnly,
};

async function readOnly(): Promise<never> {
  throw new Error("nothing is to be stored");
}

async function* once(bytes: Uint8Array) {
  yield bytes;
}

const groups = new Map<string, ReturnType<typeof servicesOf>>();

/** ms; far more than any case takes, so that a busy machine changes no answer. */
const patience = 120_000;

/** What we answer to the same request. */
export async function answerTo(asked: Case): Promise<Answer> {
  const services = groups.get(asked.group) ?? servicesOf(environmentOf(asked), { store: pictures });
  groups.set(asked.group, services);
  const context = requestFor(services, {
    path: pathOf(asked),
    headers: { accept: asked.accept ?? "*/*" },
    id: asked.id,
  });
  const response = await serve(context, services, Deadline.in(patience)).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    return answerFailure(error, context);
  });
  const headers = Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { status: response.status, headers: Object.fromEntries(headers), body: Buffer.from(response.body) };
}
