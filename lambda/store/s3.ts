import { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { Config } from "../config/variables.ts";
import { DeadlineExceeded } from "../deadline.ts";
import { type Address, type Bucket, type ObjectMetadata, type ObjectStream, StoreError } from "./store.ts";

/** ms for a TCP connection: one lost SYN is forgiven (it is repeated after 1 s), a second try follows. */
const CONNECT_AT_MOST = 1500;
/** ms longer than a download may take. The signal decides; this only guards against a signal that was not heard. */
const TIMEOUT_SLACK = 1000;
const ATTEMPTS = 2;

/** S3. Sources lie where `IMGPROXY_S3_*` say, derivatives always in the function's own account and region. */
export function s3Bucket(config: Config): Bucket {
  const ours = once(() => s3Client(config, {}));
  const sources =
    config.s3Region || config.s3Endpoint ? once(() => s3Client(config, elsewhere(config))) : ours;
  const clientFor = ({ bucket }: Address) => (bucket === config.derivativesBucket ? ours() : sources());

  return {
    async get(address, { ifNoneMatch, ifModifiedSince }, signal) {
      const command = new GetObjectCommand({
        ...named(address),
        IfNoneMatch: ifNoneMatch,
        IfModifiedSince: httpDate(ifModifiedSince),
      });
      try {
        return await arriving(clientFor(address), command, signal);
      } catch (error) {
        if (statusOf(error) === 304) return "not modified";
        throw translated(error);
      }
    },

    async put(address, body, facts, signal) {
      const command = new PutObjectCommand({
        ...named(address),
        Body: body,
        IfNoneMatch: "*",
        ContentType: facts.type,
        CacheControl: facts.cacheControl,
        ContentDisposition: facts.contentDisposition,
        Metadata: facts.cacheTag === undefined ? undefined : { [CACHE_TAG]: facts.cacheTag },
      });
      try {
        await clientFor(address).send(command, { abortSignal: signal });
      } catch (error) {
        // Somebody else kept it, or is just doing so.
        if (![409, 412].includes(statusOf(error) ?? 0)) throw translated(error);
      }
    },

    async presign(address, seconds) {
      const { getSignedUrl } = await import("@aws-sdk/s3-request-presigner");
      return getSignedUrl(clientFor(address), new GetObjectCommand(named(address)), { expiresIn: seconds });
    },
  };
}

/** Becomes `x-amz-meta-cache-tag`. */
const CACHE_TAG = "cache-tag";

const named = ({ bucket, key, version }: Address) => ({ Bucket: bucket, Key: key, VersionId: version });

function httpDate(text: string | undefined): Date | undefined {
  const date = new Date(text ?? "");
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function s3Client(config: Config, place: ConstructorParameters<typeof S3Client>[0]): S3Client {
  const belt = config.downloadTimeout * 1000 + TIMEOUT_SLACK;
  return new S3Client({
    ...place,
    maxAttempts: ATTEMPTS,
    followRegionRedirects: true,
    // A PUT of 2 MB or more would open a connection of its own and wait for a "100 Continue".
    expectContinueHeader: false,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_AT_MOST,
      requestTimeout: belt,
      socketTimeout: belt,
      throwOnRequestTimeout: true,
    }),
  });
}

const elsewhere = ({ s3Region, s3Endpoint, s3EndpointUsePathStyle }: Config) => ({
  ...(s3Region && { region: s3Region }),
  ...(s3Endpoint && {
    endpoint: s3Endpoint.includes("://") ? s3Endpoint : `http://${s3Endpoint}`,
    forcePathStyle: s3EndpointUsePathStyle,
  }),
});

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** Sends the GET, and answers as soon as the headers are here. */
async function arriving(
  client: S3Client,
  command: GetObjectCommand,
  signal: AbortSignal,
): Promise<ObjectStream> {
  let wire: unknown;
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      wire = bodyOf(result.response);
      return result;
    },
    { step: "deserialize", priority: "low" },
  );
  const output = await client.send(command, { abortSignal: signal });
  const { Body: body, ContentLength: length } = output;
  if (!(body instanceof Readable)) throw new TypeError("S3 answered without a body");
  // Without a listener a reset, or an abort, of a body that nobody reads yet would end the process.
  body.on("error", () => {});
  return {
    length,
    body: chunks(body, length, wire, signal),
    cancel: () => body.destroy(),
    facts: factsOf(output),
  };
}

const factsOf = (output: GetObjectCommandOutput): ObjectMetadata => ({
  type: output.ContentType,
  encoding: output.ContentEncoding,
  etag: output.ETag,
  lastModified: output.LastModified?.toUTCString(),
  cacheControl: output.CacheControl,
  expires: output.ExpiresString,
  contentDisposition: output.ContentDisposition,
  cacheTag: output.Metadata?.[CACHE_TAG],
});

async function* chunks(
  body: Readable,
  length: number | undefined,
  wire: unknown,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    // Node says ECONNRESET even when the other side just closed; only the socket knows better.
    const broken = !(wire instanceof IncomingMessage) || wire.complete || wire.socket.errored;
    if (broken || signal.aborted || length === undefined) throw error;
  }
}

const bodyOf = (response: unknown) =>
  typeof response === "object" && response !== null && "body" in response ? response.body : undefined;

/** Of the answer behind an error, even of one whose body is no XML. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof S3ServiceException) return error.$metadata.httpStatusCode;
  const response = error instanceof Error && "$response" in error ? error.$response : undefined;
  const status = typeof response === "object" && response && "statusCode" in response && response.statusCode;
  return typeof status === "number" ? status : undefined;
}

function translated(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const status = statusOf(error);
  if (status !== undefined) return new StoreError(status, error.name, { cause: error });
  // The SDK gives resets the name TimeoutError too; they have a code of their own.
  const timedOut = error.name === "TimeoutError" && (!("code" in error) || error.code === "ETIMEDOUT");
  return timedOut ? new DeadlineExceeded("S3", CONNECT_AT_MOST, { cause: error }) : error;
}
