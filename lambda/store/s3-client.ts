import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import type { Config } from "../config/variables.ts";
import { ShortErrorsHandler } from "./short-errors.ts";

/** ms for a TCP connection: one lost SYN is forgiven (it is repeated after 1 s), a second try follows. */
export const CONNECTION_TIMEOUT = 1500;
/** ms longer than a download may take. The signal decides; this only guards against a signal that was not heard. */
const TIMEOUT_SLACK = 1000;

/** Tells which client speaks to a bucket; with `fresh`, over a connection of its own. Each is made when first needed. */
export function s3Clients(config: Config): (bucket: string, fresh?: boolean) => S3Client {
  const place = elsewhere(config);
  const pairFor = (more: S3ClientConfig) => ({
    pooled: once(() => s3Client(config, more, true)),
    fresh: once(() => s3Client(config, more, false)),
  });
  const derivatives = pairFor({});
  const sources = Object.keys(place).length > 0 ? pairFor(place) : derivatives;
  return (bucket, fresh = false) => {
    const pair = bucket === config.derivativesBucket ? derivatives : sources;
    return fresh ? pair.fresh() : pair.pooled();
  };
}

function s3Client(config: Config, place: S3ClientConfig, keepAlive: boolean): S3Client {
  const timeout = config.downloadTimeout * 1000 + TIMEOUT_SLACK;
  return new S3Client({
    ...place,
    // Attempts are ours: source/attempts.ts.
    maxAttempts: 1,
    followRegionRedirects: true,
    // A PUT of 2 MB or more would open a connection of its own and wait for a "100 Continue".
    expectContinueHeader: false,
    requestHandler: new ShortErrorsHandler({
      connectionTimeout: CONNECTION_TIMEOUT,
      requestTimeout: timeout,
      socketTimeout: timeout,
      throwOnRequestTimeout: true,
      ...(!keepAlive && { httpAgent: new HttpAgent(), httpsAgent: new HttpsAgent() }),
    }),
  });
}

const elsewhere = ({ s3Region, s3Endpoint, s3EndpointUsePathStyle }: Config): S3ClientConfig => ({
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
