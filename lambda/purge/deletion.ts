import { hash } from "node:crypto";
import type { AwsCredentialIdentityProvider } from "@smithy/types";
import { Deadline } from "../deadline.ts";
import { again } from "../source/again.ts";
import { domainOf, environmentCredentials, type SignedPost, signedPost } from "../store/signed-post.ts";
import { StoreError } from "../store/store.ts";

/** How far a deletion has come. */
export interface Deletion {
  readonly deleted: number;
  /** Whether it came to its end before the deadline did. */
  readonly done: boolean;
}

/** Deletes all objects of a bucket whose keys begin so: as many as the deadline allows, at least a thousand. Rejects when S3 refuses one, or is silent. */
export type DeleteBelow = (prefix: string, deadline: Deadline) => Promise<Deletion>;

/** ms that S3 may take for a request, and for all attempts at it. */
const [TIMEOUT, PATIENCE] = [10_000, 15_000];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * For the bucket of the derivatives, in the function's own account and region. Each request is tried again for `patience` ms. The SDK's
 * client would be 0.3 MB for these two requests.
 */
export function deletionIn(
  bucket: string,
  env: Environment,
  credentials: AwsCredentialIdentityProvider = environmentCredentials(env),
  patience = PATIENCE,
): DeleteBelow {
  const place = bucketPlace(bucket, env);
  const ask = (asked: Pick<SignedPost, "method" | "query" | "headers" | "body">) => {
    const by = Deadline.in(patience);
    return again(
      async () => {
        const timeout = Math.ceil(Math.min(TIMEOUT, by.left));
        const post = { service: "s3", timeout, ...place, ...asked };
        const { status = 500, text } = await signedPost(post, env, credentials);
        // What comes with a 200 may be an error that S3 met later.
        const word = textIn(text, "Code");
        if (status !== 200 || word !== undefined)
          throw new StoreError(status === 200 ? 500 : status, word ?? "");
        return text;
      },
      new AbortController().signal,
      () => by.left,
    );
  };
  return async (prefix, deadline) => {
    let deleted = 0;
    for (let token: string | undefined = ""; token !== undefined; ) {
      const after = token === "" ? {} : { "continuation-token": token };
      const query = { "list-type": "2", prefix, ...after };
      const page = await ask({ method: "GET", query, headers: {}, body: "" });
      const keys = textsIn(page, "Key");
      token = textIn(page, "NextContinuationToken");
      if (keys.length === 0) continue;
      if (deleted > 0 && deadline.left === 0) return { deleted, done: false };
      const body = deletionOf(keys);
      const headers = { "content-type": "application/xml", "content-md5": hash("md5", body, "base64") };
      await ask({ method: "POST", query: { delete: "" }, headers, body });
      deleted += keys.length;
    }
    return { deleted, done: true };
  };
}

/** Where a bucket is asked: at its own host; of another S3 than AWS's, by its path. */
export function bucketPlace(
  bucket: string,
  { AWS_ENDPOINT_URL_S3: endpoint, AWS_REGION: region = "us-east-1" }: Environment,
) {
  if (endpoint === undefined) return { endpoint: `https://${bucket}.s3.${region}.${domainOf(region)}` };
  const { origin, pathname } = new URL(endpoint);
  return { endpoint: origin, path: `${pathname.replace(/\/$/, "")}/${bucket}` };
}

const deletionOf = (keys: readonly string[]) =>
  `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>${keys
    .map((key) => `<Object><Key>${escaped(key)}</Key></Object>`)
    .join("")}</Delete>`;

/** What stands in elements of this name, which hold nothing but text. */
const textsIn = (xml: string, name: string): readonly string[] =>
  [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text = ""]) => unescaped(text));
const textIn = (xml: string, name: string): string | undefined => textsIn(xml, name)[0];

const marks: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const unescaped = (text: string) =>
  text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return name ? (marks[name] ?? whole) : String.fromCodePoint(code);
  });

const escaped = (text: string) => text.replace(/[&<>\r]/g, (mark) => `&#${mark.codePointAt(0)};`);
