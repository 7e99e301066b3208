import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import type { Config } from "../config/variables.ts";
import { type Connections, openConnections } from "./connections.ts";
import { ShortErrorsHandler } from "./short-errors.ts";

/** ms for a TCP connection: one lost SYN is forgiven (it is repeated after 1 s), a second try follows. */
export const CONNECTION_TIMEOUT = 1500;
/** ms longer than a download may take. The signal decides; this only guards against a signal that was not heard. */
const TIMEOUT_SLACK = 1000;

/** Tells which client speaks to a bucket, made when first needed; with `fresh`, its next connection is a new one. */
export type S3Clients = (bucket: string, fresh?: boolean) => S3Client;

/** Clients for the places the environment names. */
export function s3Clients(config: Config): S3Clients {
  const place = elsewhere(config);
  const derivatives = once(() => pooledClient(config, {}));
  const sources = Object.keys(place).length > 0 ? once(() => pooledClient(config, place)) : derivatives;
  return (bucket, fresh = false) => {
    const { client, connections } = bucket === config.derivativesBucket ? derivatives() : sources();
    connections.use();
    if (fresh) connections.forget();
    return client;
  };
}

function pooledClient(config: Config, place: S3ClientConfig) {
  const connections = openConnections();
  return { client: s3Client(config, place, connections), connections };
}

function s3Client(config: Config, place: S3ClientConfig, { httpAgent, httpsAgent }: Connections): S3Client {
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
      httpAgent,
      httpsAgent,
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
