import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import sharp from "sharp";
import { ownVariables } from "../environment.ts";
import { bundle } from "../local/lambda/bundle.ts";
import { type Environment, startEnvironment } from "../local/lambda/environment.ts";
import { accessVariables, buckets, type LocalS3, s3Client, startS3 } from "../local/s3/s3.ts";
import { certificateFor } from "./certificate.ts";
import { type NameServer, startNameServer } from "./names.ts";
import { type FaultProxy, startProxy } from "./proxy.ts";

/** Everything a drill needs: the function in the real runtime, and what stands between it and an S3 of its own. */
export interface Stage {
  readonly source: FaultProxy;
  readonly derivatives: FaultProxy;
  readonly names: NameServer;
  /** The function's process; another one where the last was killed. */
  environment(): Promise<Environment>;
  /** Lines the function wrote since this was last asked. */
  lines(): readonly string[];
  /** Puts another picture in the place of the one that is to be overwritten, or the first one again. */
  overwrite(other: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** How the way to S3 is spoken on. */
export type Way = "http" | "TLS";

const HOST = "s3.drill.test";
/** MB of the function. */
const MEMORY = 1769;
/** ms the function's clock jumps. */
const JUMP = 3_600_000;

/** The pictures that are asked for, by size. */
export const sources = { small: "small.jpg", "5MB": "middle.png", "40MB": "large.png" } as const;
/** What else is. */
export const extras = { packed: "packed.svg", overwritten: "overwritten.png" } as const;

/** Sets the stage. `timeout` is the function's, in seconds. */
export async function setStage(way: Way, timeout: number): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "shutterspeed-drill-"));
  const s3 = await startS3(folder, HOST);
  await paint(s3);
  const certificate = certificateFor(HOST);
  const tls = way === "TLS" ? { own: certificate, foreign: certificateFor(HOST) } : undefined;
  const target = new URL(s3.endpoint);
  const source = await startProxy(target, tls);
  const derivatives = await startProxy(target, undefined);
  const names = await startNameServer();
  const trusted = join(folder, "certificate.pem");
  await writeFile(trusted, certificate.cert);

  let written: string[] = [];
  const start = async () =>
    startEnvironment({
      bundle: await bundle(),
      memory: MEMORY,
      timeout,
      log: (line) => written.push(line),
      env: {
        ...ownVariables,
        ...accessVariables({ ...s3, endpoint: `http://127.0.0.1:${derivatives.port}${target.pathname}` }),
        AWS_CONFIG_FILE: "/dev/null",
        AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
        NODE_EXTRA_CA_CERTS: trusted,
        NODE_OPTIONS: `--import=${fileURLToPath(new URL("inside.ts", import.meta.url))}`,
        DRILL_NAME_SERVER: names.address,
        DRILL_CLOCK_JUMP: `${JUMP}`,
        IMGPROXY_S3_ENDPOINT: `${way === "TLS" ? "https" : "http"}://${HOST}:${source.port}${target.pathname}`,
        IMGPROXY_S3_REGION: s3.region,
        SHUTTERSPEED_DERIVATIVES_BUCKET: buckets.derivatives,
        SHUTTERSPEED_KEEP_AFTER: "400",
        // What is in memory would not be asked for.
        SHUTTERSPEED_RECENT_SHARE: "0",
      },
    });
  let environment = start();
  return {
    source,
    derivatives,
    names,
    async environment() {
      if (!(await environment).alive) environment = start();
      return environment;
    },
    lines() {
      const lines = written;
      written = [];
      return lines;
    },
    overwrite: (other) => paintOverwritten(s3, other),
    async stop() {
      (await environment).kill();
      await (await environment).gone;
      for (const part of [source, derivatives, names]) part.stop();
      await s3.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function paint(s3: LocalS3): Promise<void> {
  const client = s3Client(s3);
  const put = (Key: string, Body: Buffer) =>
    client.send(new PutObjectCommand({ Bucket: buckets.pictures, Key, Body }));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300">${'<path d="M10 10L90 40" stroke="red"/>'.repeat(500)}</svg>`;
  await put(sources.small, await noise(700, 500, 1).jpeg({ quality: 70 }).toBuffer());
  await put(sources["5MB"], await noise(1500, 1111, 2).png({ compressionLevel: 0 }).toBuffer());
  await put(sources["40MB"], await noise(4200, 3174, 3).png({ compressionLevel: 0 }).toBuffer());
  await put(extras.packed, gzipSync(svg));
  await paintOverwritten(s3, false);
  client.destroy();
}

async function paintOverwritten(s3: LocalS3, other: boolean): Promise<void> {
  const client = s3Client(s3);
  const Body = await noise(600, 400, other ? 9 : 4)
    .png({ compressionLevel: 0 })
    .toBuffer();
  await client.send(new PutObjectCommand({ Bucket: buckets.pictures, Key: extras.overwritten, Body }));
  client.destroy();
}

/** A picture of noise: it does not pack, and each part differs. The same seed draws the same. */
function noise(width: number, height: number, seed: number) {
  const pixels = Buffer.alloc(width * height * 3);
  let state = seed * 2_654_435_761;
  for (let at = 0; at < pixels.length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    pixels[at] = state >>> 24;
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}
