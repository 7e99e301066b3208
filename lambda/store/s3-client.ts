import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { LRUCache } from "lru-cache";
import type { Config } from "../config/variables.ts";
import { assumedRole } from "./assumed-role.ts";
import { type Connections, openConnections } from "./connections.ts";
import { ShortErrorsHandler } from "./short-errors.ts";

/** ms for a TCP connection: one lost SYN is forgiven (it is repeated after 1 s), a second try follows. */
export const CONNECTION_TIMEOUT = 1500;
/** ms longer than a download may take. The signal decides; this only guards against a signal that was not heard. */
const TIMEOUT_SLACK = 1000;

/** The clients of the places where buckets lie, each made when first needed. */
export interface S3Clients {
  /** Speaks to this bucket; with `fresh`, its next connection is a new one. */
  for(bucket: string, fresh?: boolean): S3Client;
  /** Remembers in which region a bucket was found: it is asked there from now on. */
  found(bucket: string, region: string): void;
}

/** Buckets whose region is remembered. */
const MOST_REGIONS = 1000;

/** Clients for the places the environment names. */
export function s3Clients(config: Config): S3Clients {
  const place = elsewhere(config);
  const derivatives = once(() => pooledClient(config, {}));
  const sources = Object.keys(place).length > 0 ? once(() => pooledClient(config, place)) : derivatives;
  const regions = new Map<string, () => ReturnType<typeof pooledClient>>();
  const buckets = new LRUCache<string, string>({ max: MOST_REGIONS });
  const placeOf = (bucket: string) => {
    if (bucket === config.derivativesBucket) return derivatives();
    const region = buckets.get(bucket);
    return (region === undefined ? undefined : regions.get(region)?.()) ?? sources();
  };
  return {
    for(bucket, fresh = false) {
      const { client, connections } = placeOf(bucket);
      connections.use();
      if (fresh) connections.forget();
      return client;
    },
    found(bucket, region) {
      // The word came with an answer; regions are few, and a client is not a small thing.
      if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region) || bucket === config.derivativesBucket) return;
      if (!regions.has(region))
        regions.set(
          region,
          once(() => pooledClient(config, { ...place, region })),
        );
      buckets.set(bucket, region);
    },
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

const elsewhere = ({
  s3Region,
  s3Endpoint,
  s3EndpointUsePathStyle,
  s3AssumeRoleArn,
  s3AssumeRoleExternalId,
  s3AccessPoints,
}: Config): S3ClientConfig => ({
  ...(s3AccessPoints.length > 0 && { useArnRegion: true }),
  ...(s3AssumeRoleArn && { credentials: assumedRole(s3AssumeRoleArn, s3AssumeRoleExternalId) }),
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
