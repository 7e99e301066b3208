import { type Config, readConfig } from "../config/variables.ts";
import { type CustomResourceEvent, conclude, type Tell } from "../custom-resource.ts";
import { callAws } from "../keys/aws-json.ts";
import { keyring } from "../keys/keyring.ts";
import type { Ask } from "../keys/places.ts";
import { firstObjects } from "../store/first-objects.ts";
import { s3Clients } from "../store/s3-client.ts";
import { compileLanguage, type Language } from "../url/language.ts";
import { sourceOf } from "../warm/urls.ts";
import { type SampledPlace, sampleUrls } from "./urls.ts";

/** What a stack says of the pictures it wants URLs of. */
export interface Samples extends SampledPlace {
  /** What their keys begin with. */
  readonly prefix: string;
  /** The function's variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether there are keys, which sign. */
  readonly signed: "true" | "false";
  /** How a user has a URL signed: npm run sign -- */
  readonly command: string;
}

/** Lists keys of the first objects of a bucket that begin so, as the function would reach it. */
export type List = (config: Config, bucket: string, prefix: string) => Promise<readonly string[]>;

/** The outside: who is asked for keys and for pictures, and who hears. */
export interface SamplesOutside {
  readonly ask: Ask;
  readonly list: List;
  readonly tell?: Tell;
}

/** Tells CloudFormation URLs of pictures in the attribute `Urls`, or one sentence that says how to come by some. Never fails a deployment. */
export async function tellSamples(
  event: CustomResourceEvent<Samples>,
  outside: SamplesOutside,
): Promise<void> {
  const { RequestType, PhysicalResourceId = "samples", ResourceProperties: samples } = event;
  const work = async () => {
    if (RequestType === "Delete") return undefined;
    return { Urls: await urlsOf(samples, outside).catch((error) => howTo(samples, whyNot(error))) };
  };
  await conclude(event, PhysicalResourceId, work, outside.tell);
}

/** Why there are none: a sentence of ours. */
class NoSamples extends Error {}

/** What others say of their failures may hold anything. */
const whyNot = (error: unknown): string =>
  error instanceof NoSamples ? error.message : "no URL could be made";

async function urlsOf(samples: Samples, { ask, list }: SamplesOutside): Promise<string> {
  const config = readConfig(samples.environment);
  const keys = await picturesIn(samples, config, list);
  if (keys.length === 0) throw new NoSamples(`no picture lies in ${where(samples)} yet: put one there`);
  const urls = sampleUrls(keys, samples, await signing(config, ask), Date.now());
  if (urls.length === 0) throw new NoSamples(`no picture of ${where(samples)} may be asked for`);
  return urls.join(" ");
}

/** The language, with the keys that URLs are signed with. */
async function signing(config: Config, ask: Ask): Promise<Language> {
  try {
    return await keyring(compileLanguage(config, Date.now()), ask).toSign();
  } catch {
    throw new NoSamples("the signing keys could not be read");
  }
}

/** Keys of pictures among the first objects. */
async function picturesIn(samples: Samples, config: Config, list: List): Promise<readonly string[]> {
  const { bucket, prefix } = samples;
  const keys = await list(config, bucket, prefix).catch((error) => {
    throw new NoSamples(`${where(samples)} could not be listed (${error.name})`);
  });
  return keys.filter((Key) => sourceOf({ Key }, bucket) !== undefined);
}

const where = ({ bucket, prefix }: Pick<Samples, "bucket" | "prefix">) => `s3://${bucket}/${prefix}`;

function howTo({ origin, command, signed, ...samples }: Samples, why: string): string {
  const keys = signed === "true" ? ", with the keys in IMGPROXY_KEY and IMGPROXY_SALT" : "";
  const base = origin + (samples.environment.IMGPROXY_PATH_PREFIX ?? "");
  return `${why}; the URL of one${keys}: ${command} ${where(samples)}KEY --base ${base}`;
}

/** What AWS executes when the stack is deployed. */
export async function handler(event: CustomResourceEvent<Samples>): Promise<void> {
  await tellSamples(event, {
    ask: (call) => callAws(call, process.env),
    list: (config, bucket, prefix) => firstObjects(bucket, prefix, s3Clients(config).for(bucket)),
  });
}
