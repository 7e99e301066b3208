import { join, resolve } from "node:path";
import type { Config } from "../../lambda/config/variables.ts";
import { writeAsked } from "../../lambda/purge/messages.ts";
import { compileLanguage } from "../../lambda/url/language.ts";
import { imageUrls } from "../client/index.ts";
import { readEnvironment, unknownVariables } from "../environment.ts";
import type { Finding } from "../explain/finding.ts";
import { withAbsolutePaths } from "../files.ts";
import { DERIVATIVE_READ_TIMEOUT } from "../origins.ts";
import { tellPlace } from "../purge/places.ts";
import { changesOf } from "./changes.ts";
import { type Cloud, startCloud } from "./cloud.ts";
import { missingCodecs } from "./codecs.ts";
import type { Served } from "./edge/edge.ts";
import { bucketOrigin } from "./edge/origins.ts";
import { followKeys } from "./follow-keys.ts";
import { keysFile, makeHome, type SigningKeys, signingKeys } from "./keys.ts";
import { bundle } from "./lambda/bundle.ts";
import { freePort } from "./listen.ts";
import { logFile } from "./log-file.ts";
import { playground } from "./playground/playground.ts";
import { s3Event } from "./purge/s3-events.ts";
import { reasonsFor } from "./reasons.ts";
import { buckets } from "./s3/access.ts";
import { type Survey, survey } from "./s3/folder.ts";
import { startFolderS3 } from "./s3/folder-s3.ts";
import { examples } from "./samples/examples.ts";
import { drawPictures, type Progress } from "./samples/pictures.ts";

/** What a user may say of the whole. */
export interface SessionProps {
  /** Where data is kept between sessions. */
  readonly home: string;
  /** The user's own pictures. @default - sample pictures, drawn the first time */
  readonly pictures?: string | undefined;
  /** Where viewers ask. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** MB */
  readonly memory: number;
  /** Seconds */
  readonly timeout: number;
  /** The function's variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Hears of every request that was answered, and why it was refused if it was. */
  readonly served: (served: Served, reason: Finding | undefined) => void;
  readonly complain: (line: string) => void;
  /** Hears how many sample pictures are drawn. */
  readonly drawing: Progress;
}

/** The whole thing on this machine, running. */
export interface Session {
  readonly origin: string;
  readonly folder: string;
  /** What lies in the folder. */
  readonly found: Survey;
  /** URLs to click, each after what it shows. */
  readonly examples: readonly (readonly [string, string])[];
  /** The file of the keys that URLs are signed with; `undefined` when the environment gave them. */
  readonly keys: string | undefined;
  /** The file the function's log is written to; another one for each port. */
  readonly log: string;
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
  const { home, complain } = props;
  makeHome(home);
  const given = withAbsolutePaths(props.env);
  const own = !("IMGPROXY_KEY" in given || "IMGPROXY_SALT" in given);
  const env = { ...forDevelopment, ...(own && signingKeys(home)), ...given };
  const config = readEnvironment(env);
  for (const sentence of unknownVariables(props.env)) complain(sentence);
  const folder = props.pictures ? resolve(props.pictures) : join(home, "pictures");
  // What cannot be used is said before anything is started.
  const listening = { host: props.host, port: await freePort(props) };
  if (!props.pictures) await drawPictures(folder, props.drawing);
  const found = await survey(folder);

  const cloud = await startOn({ ...props, env, config, listening, folder, found, own }, running);
  const { signatureSize, argumentsSeparator, pathPrefix } = config;
  const [key, salt] = [env.IMGPROXY_KEY, env.IMGPROXY_SALT];
  const urls = imageUrls({ base: cloud.origin + pathPrefix, key, salt, signatureSize, argumentsSeparator });
  return {
    origin: cloud.origin,
    folder,
    found,
    log: logOf(home, listening.port),
    keys: own ? keysFile(home) : undefined,
    // Where URLs name presets and nothing else, ours would be refused.
    examples: config.onlyPresets ? [] : examples(found.pictures, buckets.pictures, urls),
  };
}

/** What holds on this machine unless the user says otherwise: who develops wants to read what is wrong. */
const forDevelopment = { IMGPROXY_DEVELOPMENT_ERRORS_MODE: "true" };

const logOf = (home: string, port: number) => join(home, `function-${port}.log`);

interface Settled extends SessionProps, Pick<Session, "folder" | "found"> {
  /** Whether the keys are those of `home`, not the environment's. */
  readonly own: boolean;
  readonly config: Config;
  readonly listening: { readonly host: string; readonly port: number };
}

async function startOn(
  { home, own, folder, found, config, listening, env, memory, timeout, served, complain }: Settled,
  running: (() => Promise<void> | void)[],
): Promise<Cloud> {
  let now = { env, config };
  const reasons = reasonsFor(() => compileLanguage(now.config, Date.now()), found.pictures);
  const page = playground({ folder, settings: () => now, host: listening.host });
  const useKeys = async (keys: SigningKeys) => {
    await cloud.verifyWith(keys);
    const rekeyed = { ...env, ...keys };
    now = { env: rekeyed, config: readEnvironment(rekeyed) };
  };
  const follow = own ? followKeys(home, useKeys, complain) : async () => {};
  const write = logFile(logOf(home, listening.port), complain);
  const tried = (message: string) => cloud.purging.queue.send(message).tried;
  const changes = changesOf(folder, {
    changed: (happened, key) => tried(s3Event(happened, buckets.pictures, key)),
    all: () => tried(writeAsked({ all: true })),
  });
  const derivatives = join(home, "derivatives", String(listening.port));
  const starting = startFolderS3({ pictures: folder, derivatives, read: changes.read });
  running.push(() => starting.then(({ stop }) => stop()));
  const [s3, built] = await Promise.all([starting, bundle()]);
  for (const sentence of missingCodecs(found.pictures, built.folder)) complain(sentence);
  const cloud = await startCloud({
    ...{ s3, bundle: built, env, memory, timeout, listening },
    derivatives: bucketOrigin(s3.endpoint, buckets.derivatives, DERIVATIVE_READ_TIMEOUT),
    served(one) {
      page.served(one);
      reasons.of(one).then((reason) => served(one, reason));
    },
    log(line) {
      reasons.logged(line);
      page.logged(line);
      write(line);
    },
    asked: changes.check,
    async before(request) {
      await follow();
      return page.answer(request);
    },
    // A reload asks again, and shows the file as it is now.
    viewerCacheControl: "IMGPROXY_TTL" in env ? undefined : "max-age=0, must-revalidate",
  });
  running.push(cloud.stop);
  const place = { queue: cloud.purging.queueUrl, derivatives: buckets.derivatives, endpoint: s3.endpoint };
  running.push(tellPlace(home, listening.port, place));
  return cloud;
}
