import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import sharp from "sharp";
import { type LocalS3, s3Client, startS3 } from "../../lib/local/s3.ts";

/** A picture to measure with: smooth shapes and grain, as a photograph has them. */
export async function photograph(width: number, height: number): Promise<Buffer> {
  const grain = { type: "gaussian", mean: 128, sigma: 12 } as const;
  const shapes = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
      <linearGradient id="sky" x2="0" y2="1"><stop stop-color="#2a4d8f"/><stop offset="1" stop-color="#f4a261"/></linearGradient>
      <rect width="100%" height="100%" fill="url(#sky)"/><circle cx="70%" cy="40%" r="15%" fill="#ffe8b0"/>
      <path d="M0 ${height}L${width / 3} ${height / 2}L${width} ${height}Z" fill="#1d3b2a"/></svg>`,
  );
  return sharp({ create: { width, height, channels: 3, background: "#808080", noise: grain } })
    .composite([{ input: shapes, blend: "soft-light" }])
    .jpeg({ quality: 88 })
    .toBuffer();
}

/** An embedded S3 with pictures in it, and the variables that lead the function there. */
export async function stocked(pictures: Readonly<Record<string, Buffer>>) {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  const s3 = await startS3(folder);
  const client = s3Client(s3);
  for (const [Key, Body] of Object.entries(pictures)) {
    await client.send(new PutObjectCommand({ Bucket: "pictures", Key, Body, ContentType: "image/jpeg" }));
  }
  client.destroy();
  const stop = async () => {
    await s3.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { s3, env: environment(s3), stop };
}

const environment = ({ endpoint, region, credentials }: LocalS3) => ({
  AWS_REGION: region,
  AWS_ENDPOINT_URL_S3: endpoint,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  MALLOC_ARENA_MAX: "2",
});

/** A function URL's event for a path. */
export const eventFor = (rawPath: string) => ({
  version: "2.0",
  rawPath,
  rawQueryString: "",
  headers: { host: "bench", accept: "image/*" },
  requestContext: { http: { method: "GET", path: rawPath, sourceIp: "127.0.0.1" }, requestId: "bench" },
  isBase64Encoded: false,
});

/** The middle of some figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
