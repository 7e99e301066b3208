import { request as httpRequest, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { text as textOf } from "node:stream/consumers";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AwsCredentialIdentityProvider } from "@smithy/types";

/** A call of one of AWS's services, as it is sent. */
export interface SignedPost {
  /** @default POST */
  readonly method?: "GET" | "POST" | undefined;
  /** What the service is called in names of hosts. */
  readonly service: string;
  /** Where else it is asked. @default its own host in the region */
  readonly endpoint?: string | undefined;
  /** @default / */
  readonly path?: string | undefined;
  /** @default nothing */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** ms it may take. @default 3000 */
  readonly timeout?: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What was answered to it. */
export interface PostAnswer {
  readonly status: number | undefined;
  readonly text: string;
}

/** Credentials that Lambda puts into a function's environment. */
export const environmentCredentials =
  (env: Readonly<Record<string, string | undefined>>): AwsCredentialIdentityProvider =>
  async () => ({
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? "",
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? "",
    ...(env.AWS_SESSION_TOKEN && { sessionToken: env.AWS_SESSION_TOKEN }),
  });

/** ms a call may take. */
const TIMEOUT = 3000;

/** What the names of AWS's hosts end on, in this region. */
export const domainOf = (region: string): string =>
  region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";

/** Asks a service of AWS in one request of our own, a small part of an SDK's client. Rejects when nothing was answered in time. */
export async function signedPost(
  {
    service,
    endpoint,
    path = "/",
    query = {},
    method = "POST",
    timeout = TIMEOUT,
    headers,
    body,
  }: SignedPost,
  env: Readonly<Record<string, string | undefined>>,
  credentials: AwsCredentialIdentityProvider,
): Promise<PostAnswer> {
  const region = env.AWS_REGION ?? "us-east-1";
  const url = new URL(path, endpoint ?? `https://${service}.${region}.${domainOf(region)}`);
  // S3 alone wants the path signed as it is sent.
  const uriEscapePath = service !== "s3";
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256, uriEscapePath });
  const signed = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path,
    query: { ...query },
    headers: { host: url.host, ...headers },
    body,
  });
  url.search = Object.entries(query)
    .map((pair) => pair.map(encodeURIComponent).join("="))
    .join("&");
  return sent(url, { method, headers: signed.headers, signal: AbortSignal.timeout(timeout) }, body);
}

/** Sends a request, and reads its answer whole. Rejects when there was none before the options' signal. */
export function sent(url: URL, options: RequestOptions, body: string): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === "http:" ? httpRequest : httpsRequest;
    const asking = send(url, options, (response) => {
      textOf(response).then((text) => resolve({ status: response.statusCode, text }), reject);
    });
    asking.on("error", reject).end(body);
  });
}
