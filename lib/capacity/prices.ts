/** List prices of us-east-1 in dollars, without free tiers. */
export const prices = {
  asOf: "2025-06",
  /** A GB of memory for a second, by architecture. */
  lambdaGbSecond: { arm64: 0.0000133334, x86_64: 0.0000166667 },
  lambdaRequest: 0.2 / 1e6,
  s3Get: 0.0004 / 1000,
  s3Put: 0.005 / 1000,
  s3GbMonth: 0.023,
  cloudFrontRequest: 0.01 / 10_000,
  cloudFrontFunction: 0.1 / 1e6,
  cloudFrontGb: 0.085,
} as const;

/** What was measured of Lambda and S3 in one region, by which downloads are reckoned. */
export const network = {
  asOf: "2025-06",
  /** ms to the first byte: usually, and for 99 of 100. */
  firstByte: 40,
  lateFirstByte: 250,
  /** bytes a ms into a function of one vCPU and more; with less memory as much less. */
  speed: 70_000,
} as const;
