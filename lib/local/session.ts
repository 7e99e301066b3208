import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { S3Client } from "@aws-sdk/client-s3";
import { derivativePrefixes } from "../../lambda/url/key.ts";
import { imageUrls } from "../client/index.ts";
import { readEnvironment, unknownVariables } from "../environment.ts";
import { withAbsolutePaths } from "../files.ts";
import { type Cloud, startCloud } from "./cloud.ts";
import type { Served } from "./edge/edge.ts";
import { signingKeys } from "./keys.ts";
import { bundle } from "./lambda/bundle.ts";
import { assertFree } from "./listen.ts";
import { picturesIn } from "./s3/folder.ts";
import { mirror } from "./s3/mirror.ts";
import { list, remove } from "./s3/objects.ts";
import { buckets, s3Client, startS3 } from "./s3/s3.ts";
import { examples } from "./samples/examples.ts";
import { drawPictures } from "./samples/pictures.ts";

/** What a user may say of the whole. */
export interface SessionProps {
  /** Where data is kept between sessions. */
  readonly home: string;
  /** The user's own pictures. @default - sample pictures, drawn the first time */
  readonly pictures?: string | undefined;
  readonly port: number;
  /** MB */
  readonly memory: number;
  /** Seconds */
  readonly timeout: number;
  /** The function's variables. */
  readonly env: Readonly<Record<string, string>>;
  readonly served: (served: Served) => void;
  /** Takes the function's log lines. */
  readonly log: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** The whole thing on this machine, running. */
export interface Session {
  readonly origin: string;
  readonly folder: string;
  /** How many pictures are served. */
  readonly count: number;
  /** URLs to click, each after what it shows. */
  readonly examples: readonly (readonly [string, string])[];
  /** Settles when all pictures are in the bucket. */
  readonly complete: Promise<void>;
  stop(): Promise<void>;
}

/** Starts it. Rejects with one sentence when something the user gave cannot be used; nothing is left running then. */
export async function startSession(props: SessionProps): Promise<Session> {
  const running: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const end of running.splice(0).reverse()) await end();
  };
  try {
    return { ...(await start(props, running)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  props: SessionProps,
  running: (() => Promise<void> | void)[],
): Promise<Omit<Session, "stop">> {
  const { home, port, memory, timeout, served, log, complain } = props;
  await mkdir(home, { recursive: true });
  const environment = withAbsolutePaths(props.env);
  const env = {
    ...("IMGPROXY_KEY" in environment || "IMGPROXY_SALT" in environment ? {} : signingKeys(home)),
    ...environment,
  };
  const config = readEnvironment(env);
  for (const sentence of unknownVariables(env)) complain(sentence);
  const folder = props.pictures ? resolve(props.pictures) : join(home, "pictures");
  // What cannot be used is said before anything is started.
  if (props.pictures) await picturesIn(folder);
  await assertFree(port);
  const starting = startS3(join(home, "s3", nameOf(folder)));
  running.push(() =>
    starting.then(
      ({ stop }) => stop(),
      () => {},
    ),
  );
  const [s3, built] = await Promise.all([starting, bundle(), props.pictures ?? drawPictures(folder)]);
  const client = s3Client(s3);
  running.push(() => client.destroy());

  // What was kept of another version of the code, or under other variables, is not what would be drawn now.
  await forgetDerivatives(client, "");
  const cloud = await startCloud({ s3, bundle: built, env, port, memory, timeout, served, log });
  running.push(cloud.stop);
  const mirrored = await mirror({
    folder,
    client,
    bucket: buckets.pictures,
    changed: (key) => forget(cloud, client, derivativePrefixes(`s3://${buckets.pictures}/${key}`, config)),
    complain,
  });
  running.push(mirrored.stop);

  const base = cloud.origin + config.pathPrefix;
  const urls = imageUrls({
    base,
    key: env.IMGPROXY_KEY,
    salt: env.IMGPROXY_SALT,
    signatureSize: config.signatureSize,
  });
  const { keys, complete } = mirrored;
  return {
    origin: cloud.origin,
    folder,
    count: keys.length,
    examples: examples(keys, buckets.pictures, urls),
    complete,
  };
}

/** Forgets what was made of a source: all that is kept below its prefixes. */
async function forget({ edge }: Cloud, client: S3Client, prefixes: readonly string[]): Promise<void> {
  for (const prefix of prefixes) {
    await forgetDerivatives(client, prefix);
    edge.forget(prefix);
  }
}

async function forgetDerivatives(client: S3Client, prefix: string): Promise<void> {
  const kept = await list(client, buckets.derivatives, prefix);
  const keys = kept.map(({ key }) => key);
  await remove(client, buckets.derivatives, keys);
}

/** Each folder has a store of its own, so that one is never taken for another. */
const nameOf = (folder: string) => createHash("sha256").update(folder).digest("hex").slice(0, 12);
