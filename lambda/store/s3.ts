import { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import type { Config } from "../config/variables.ts";
import { DeadlineExceeded } from "../deadline.ts";
import { chunks } from "./chunks.ts";
import { phases } from "./connections.ts";
import { isWhole } from "./range.ts";
import { CONNECTION_TIMEOUT, s3Clients } from "./s3-client.ts";
import {
  type Address,
  type GetOptions,
  type ObjectMetadata,
  type ObjectStream,
  type Store,
  StoreError,
} from "./store.ts";

/** S3. Sources lie where `IMGPROXY_S3_*` say, derivatives always in the function's own account and region. */
export function s3Store(config: Config): Store {
  const clients = s3Clients(config);
  const clientFor = clients.for;

  return {
    async get(address, options) {
      const {
        range,
        rangeHeader,
        ifMatch,
        ifNoneMatch,
        ifModifiedSince,
        fresh,
        signal,
        at = () => {},
      } = options;
      at("first byte");
      const command = new GetObjectCommand({
        ...named(address),
        Range: rangeHeader ?? (range && `bytes=${range.first}-${range.last ?? ""}`),
        IfMatch: ifMatch,
        IfNoneMatch: ifNoneMatch,
        IfModifiedSince: httpDate(ifModifiedSince),
      });
      try {
        const client = clientFor(address.bucket, fresh);
        const found = (region: string) => clients.found(address.bucket, region);
        return await phases.run(at, () => openStream(client, command, signal, found));
      } catch (error) {
        const conditional = ifNoneMatch !== undefined || ifModifiedSince !== undefined;
        if (statusOf(error) === 304 && conditional) return "not modified";
        throw translated(error);
      }
    },

    async put(address, body, metadata, signal, replacing) {
      const command = new PutObjectCommand({
        ...named(address),
        Body: body,
        ...(replacing === undefined ? { IfNoneMatch: "*" } : { IfMatch: replacing }),
        ContentType: metadata.type,
        CacheControl: metadata.cacheControl,
        ContentDisposition: metadata.contentDisposition,
        Metadata: metadata.cacheTag === undefined ? undefined : { [CACHE_TAG]: metadata.cacheTag },
      });
      try {
        await clientFor(address.bucket).send(command, { abortSignal: signal });
        return "stored";
      } catch (error) {
        // Somebody else kept it, or is just doing so; what was to give way may be gone.
        if ([409, 412, ...(replacing === undefined ? [] : [404])].includes(statusOf(error) ?? 0))
          return "there already";
        throw translated(error);
      }
    },

    async presign(address, seconds) {
      const { getSignedUrl } = await import("@aws-sdk/s3-request-presigner");
      const command = new GetObjectCommand(named(address));
      return getSignedUrl(clientFor(address.bucket), command, { expiresIn: seconds });
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

/** Where the SDK notes the region to which an answer has sent it. */
const REDIRECTED = "__s3RegionRedirect";

/** Sends the GET, and answers as soon as the headers are here. */
async function openStream(
  client: S3Client,
  command: GetObjectCommand,
  signal: GetOptions["signal"],
  found: (region: string) => void,
): Promise<ObjectStream> {
  let message: unknown;
  let marked = false;
  command.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      const { [REDIRECTED]: region } = context;
      if (typeof region === "string") found(region);
      message = bodyOf(result.response);
      marked = message instanceof IncomingMessage && message.headers["transfer-encoding"] === "chunked";
      return result;
    },
    { step: "deserialize", priority: "low" },
  );
  const output = await client.send(command, { abortSignal: signal });
  const { Body: body, ContentLength: length, ContentRange: range } = output;
  if (!(body instanceof Readable)) throw new TypeError("S3 answered without a body");
  // Without a listener a reset, or an abort, of a body that nobody reads yet would end the process.
  body.on("error", () => {});
  const partial = output.$metadata.httpStatusCode === 206 && command.input.Range === undefined;
  if (partial && !isWhole(range, length)) {
    body.destroy();
    throw new StoreError(206, `PartialContent, ${range ?? "of what"}`);
  }
  return {
    metadata: metadataOf(output),
    length,
    range,
    marked,
    crc32: output.ChecksumType === "COMPOSITE" ? undefined : output.ChecksumCRC32,
    opaqueTag:
      output.ServerSideEncryption?.startsWith("aws:kms") || output.SSECustomerAlgorithm !== undefined,
    body: chunks(body, length, message, signal),
    cancel: () => body.destroy(),
  };
}

const metadataOf = (output: GetObjectCommandOutput): ObjectMetadata => ({
  type: output.ContentType,
  encoding: output.ContentEncoding,
  etag: output.ETag,
  lastModified: output.LastModified?.toUTCString(),
  cacheControl: output.CacheControl,
  expires: output.ExpiresString,
  contentDisposition: output.ContentDisposition,
  cacheTag: output.Metadata?.[CACHE_TAG],
});

const bodyOf = (response: unknown) =>
  typeof response === "object" && response !== null && "body" in response ? response.body : undefined;

/** Of the answer behind an error, even of one whose body is no XML. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof S3ServiceException) return error.$metadata.httpStatusCode;
  const response = error instanceof Error && "$response" in error ? error.$response : undefined;
  const status = typeof response === "object" && response && "statusCode" in response && response.statusCode;
  return typeof status === "number" ? status : undefined;
}

/** What S3 says of our credentials, and the SDK when it has none: a fault of ours, whatever its status. */
const ofCredentials = new Set([
  "AuthorizationHeaderMalformed",
  "CredentialsProviderError",
  "ExpiredToken",
  "InvalidAccessKeyId",
  "InvalidToken",
  "RequestExpired",
  "RequestTimeTooSkewed",
  "SignatureDoesNotMatch",
  "TokenRefreshRequired",
]);

function translated(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StoreError) return error;
  if (ofCredentials.has(error.name)) return new StoreError(500, error.name, { cause: error });
  const status = statusOf(error);
  if (status !== undefined) return new StoreError(status, error.name, { cause: error });
  // The SDK gives resets the name TimeoutError too; they have a code of their own.
  const timedOut = error.name === "TimeoutError" && (!("code" in error) || error.code === "ETIMEDOUT");
  return timedOut ? new DeadlineExceeded("S3", CONNECTION_TIMEOUT, { cause: error }) : error;
}
