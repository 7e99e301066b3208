/** The buckets of the local cloud. */
export const buckets = { pictures: "pictures", derivatives: "derivatives" } as const;

/** How to reach an S3 and sign for it. */
export interface S3Access {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The variables that lead an AWS SDK there. */
export const accessVariables = ({ endpoint, region, credentials }: S3Access) => ({
  AWS_REGION: region,
  AWS_ENDPOINT_URL_S3: endpoint,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
});
