import { request } from "node:https";
import { text } from "node:stream/consumers";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4a } from "@smithy/signature-v4a";
import type { AwsCredentialIdentityProvider } from "@smithy/types";
import { EDGE_KEYS, type KeyPair, writePairs } from "./pairs.ts";

/** What is asked of a KeyValueStore. The client of the SDK would be a quarter of a megabyte for these two requests. */
export interface StoreRequest {
  readonly method: "GET" | "PUT";
  readonly hostname: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
/** Sends it, and tells the headers of what was answered. Rejects unless that is a success. */
export type Send = (request: StoreRequest) => Promise<Readonly<Record<string, unknown>>>;

/** ms a request may take. */
const TIMEOUT = 5000;

/**
 * Has the edge verify signatures with these keys and no others, seconds later everywhere. `arn` is its KeyValueStore's.
 * Rejects when somebody else has written meanwhile.
 */
export async function putEdgeKeys(
  arn: string,
  pairs: readonly KeyPair[],
  credentials: AwsCredentialIdentityProvider,
  send: Send = sendIt,
): Promise<void> {
  // This service takes signatures that hold in all regions only.
  const signer = new SignatureV4a({
    service: "cloudfront-keyvaluestore",
    region: "*",
    credentials,
    sha256: Sha256,
  });
  const [, , , , account = ""] = arn.split(":");
  const hostname = `${account}.cloudfront-kvs.global.api.aws`;
  const store = `/key-value-stores/${encodeURIComponent(arn)}`;
  const ask = async (asked: Omit<StoreRequest, "hostname">) => {
    const whole = { ...asked, hostname, headers: { host: hostname, ...asked.headers } };
    const { headers } = await signer.sign({ ...whole, protocol: "https:", query: {} }, {});
    return send({ ...whole, headers });
  };
  const { etag } = await ask({ method: "GET", path: store, headers: {}, body: "" });
  await ask({
    method: "PUT",
    path: `${store}/keys/${EDGE_KEYS}`,
    headers: { "content-type": "application/json", "if-match": String(etag) },
    body: JSON.stringify({ Value: writePairs(pairs) }),
  });
}

const sendIt: Send = ({ body, ...asked }) =>
  new Promise((resolve, reject) => {
    const asking = request({ ...asked, signal: AbortSignal.timeout(TIMEOUT) }, (response) => {
      const { statusCode, headers } = response;
      text(response).then((answer) => {
        if (statusCode === 200) resolve(headers);
        else reject(new Error(`KeyValueStore: ${refusal(asked.method, statusCode, headers, answer)}`));
      }, reject);
    });
    asking.on("error", reject).end(body);
  });

/** Characters of a refusal that are told. */
const SHOWN = 200;

/** What may be told of one: AWS likes to repeat the value that it refuses, and that is the keys. */
export function refusal(
  method: StoreRequest["method"],
  status: number | undefined,
  headers: Readonly<Record<string, unknown>>,
  answer: string,
): string {
  const [name = ""] = String(headers["x-amzn-errortype"] ?? "").split(":");
  return `${method}: ${status} ${method === "GET" ? answer.slice(0, SHOWN) : name}`.trim();
}
