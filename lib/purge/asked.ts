import type { Config } from "../../lambda/config/variables.ts";
import type { Asked } from "../../lambda/purge/messages.ts";
import { derivativePrefixes, everyDerivativePrefix, objectTag, tagOf } from "../../lambda/url/key.ts";
import { rewritten } from "../../lambda/url/source.ts";

/** What somebody wants to be purged. */
export type Wanted =
  | { readonly source: string }
  | { readonly bucket: string; readonly prefix: string }
  | { readonly all: true };

/** Who is asked, and who looks: with whatever rights whoever runs this has. */
export interface PurgeServices {
  readonly config: Config;
  /** Keys of a bucket that begin so. */
  keys(bucket: string, prefix: string): AsyncIterable<string>;
  readonly derivatives: string;
  send(purge: Asked): Promise<void>;
}

/** What is about to be purged: told in a sentence, and done with `go`, which tells how many messages it took. */
export interface PurgePlan {
  readonly says: string;
  go(): Promise<number>;
}

/** Keys that are counted; a million would take minutes. */
const COUNTED = 10_000;
/** Tags in a message. */
const TOGETHER = 100;
/** CloudFront's for an invalidated path, and how many of a month are free. */
const [DOLLARS_PER_PATH, FREE_PATHS] = [0.005, 1000];
/** It is purged again when no drawing is under way any more. */
const ROUNDS = 2;

/** Looks what would go. Throws one sentence when what is wanted names no source. */
export async function planPurge(wanted: Wanted, services: PurgeServices): Promise<PurgePlan> {
  const { derivatives, send, config } = services;
  if ("all" in wanted) {
    const found = await counted(services, everyDerivativePrefix);
    return {
      says: `${found} of ${derivatives}, and all that edges hold: one invalidation, and another one later`,
      go: () => sendAll([{ all: true }], send),
    };
  }
  if ("source" in wanted) {
    const source = rewritten(wanted.source, config);
    if (!/^[a-z][a-z0-9+.-]*:\/\/[^/]+\/./i.test(source))
      throw new Error(`expected a source such as s3://bucket/key or https://host/path, got "${source}"`);
    const found = await counted(services, derivativePrefixes(tagOf(source, config)));
    return {
      says: `${source}: ${found}, and what edges hold of it`,
      go: () => sendAll([{ sources: [wanted.source] }], send),
    };
  }
  const { bucket, prefix } = wanted;
  const tags: string[] = [];
  for await (const key of services.keys(bucket, prefix)) tags.push(objectTag(bucket, key));
  if (tags.length === 0) throw new Error(`s3://${bucket}/${prefix}: no object's key begins so`);
  return { says: saysOf(wanted, tags.length), go: () => sendAll(inMessages(tags), send) };
}

function saysOf({ bucket, prefix }: { bucket: string; prefix: string }, count: number): string {
  const paths = count * ROUNDS;
  const dear = paths > FREE_PATHS ? `, $${(paths * DOLLARS_PER_PATH).toFixed(2)}; --all costs nothing` : "";
  return `s3://${bucket}/${prefix}: what was made of ${count} objects, and what edges hold of them: ${paths} paths of invalidations, of which ${FREE_PATHS} a month are free${dear}`;
}

async function counted({ keys, derivatives }: PurgeServices, prefixes: readonly string[]): Promise<string> {
  let count = 0;
  try {
    for (const prefix of prefixes)
      for await (const _ of keys(derivatives, prefix))
        if (++count === COUNTED) return `${COUNTED} derivatives or more`;
  } catch (error) {
    // Only the function behind the queue must be allowed to.
    if (!(error instanceof Error && error.name === "AccessDenied")) throw error;
    return "derivatives, which you may not list";
  }
  return count === 1 ? "1 derivative" : `${count} derivatives`;
}

function* inMessages(tags: readonly string[]): Generator<Asked> {
  for (let from = 0; from < tags.length; from += TOGETHER) yield { tags: tags.slice(from, from + TOGETHER) };
}

async function sendAll(purges: Iterable<Asked>, send: PurgeServices["send"]): Promise<number> {
  let sent = 0;
  for (const purge of purges) {
    await send(purge);
    sent += 1;
  }
  return sent;
}
