import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import sharp from "sharp";
import { ownVariables } from "../environment.ts";
import { bundle } from "../local/lambda/bundle.ts";
import { type Environment, startEnvironment } from "../local/lambda/environment.ts";
import { listen } from "../local/listen.ts";
import { give } from "../local/s3/answers.ts";
import { accessVariables, buckets, type LocalS3, s3Client, startS3 } from "../local/s3/s3.ts";
import { sourceFile } from "../local/s3/source-files.ts";
import { certificateFor } from "./certificate.ts";
import { type NameServer, startNameServer } from "./names.ts";
import { type FaultProxy, startProxy } from "./proxy.ts";

/** Everything a drill needs: the function in the real runtime, and what stands between it and an S3, or a web server, of its own. */
export interface Stage {
  /** The URL of a source, by its key. */
  url(key: string): string;
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

/** What the sources are: objects of an S3, or pages of a web server. */
export type SourceKind = "s3" | "http";

/** How the way to them is spoken on. */
export type Way = "http" | "TLS";

const HOST = "source.drill.test";
/** MB of the function. */
const MEMORY = 1769;
/** ms the function's clock jumps. */
const JUMP = 3_600_000;

/** The pictures that are asked for, by size. */
export const sources = { small: "small.jpg", "5MB": "middle.png", "40MB": "large.png" } as const;
/** What else is. */
export const extras = { packed: "packed.svg", overwritten: "overwritten.png" } as const;

/** Sets the stage. `timeout` is the function's, in seconds. */
export async function setStage(kind: SourceKind, way: Way, timeout: number): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "shutterspeed-drill-"));
  const s3 = await startS3(join(folder, "s3"), HOST);
  const shelf = kind === "s3" ? bucketShelf(s3) : await webShelf(join(folder, "web"));
  await paint(shelf.put);
  const certificate = certificateFor(HOST);
  const tls = way === "TLS" ? { own: certificate, foreign: certificateFor(HOST) } : undefined;
  const store = new URL(s3.endpoint);
  const source = await startProxy(shelf.address, tls);
  const origin = `${way === "TLS" ? "https" : "http"}://${HOST}:${source.port}${shelf.address.pathname}`;
  const derivatives = await startProxy(store, undefined);
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
        ...accessVariables({ ...s3, endpoint: `http://127.0.0.1:${derivatives.port}${store.pathname}` }),
        AWS_CONFIG_FILE: "/dev/null",
        AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
        NODE_EXTRA_CA_CERTS: trusted,
        NODE_OPTIONS: `--import=${fileURLToPath(new URL("inside.ts", import.meta.url))}`,
        DRILL_NAME_SERVER: names.address,
        DRILL_CLOCK_JUMP: `${JUMP}`,
        ...(kind === "s3"
          ? { IMGPROXY_S3_ENDPOINT: origin, IMGPROXY_S3_REGION: s3.region }
          : { IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: "true" }),
        SHUTTERSPEED_DERIVATIVES_BUCKET: buckets.derivatives,
        SHUTTERSPEED_KEEP_AFTER: "400",
        // What is in memory would not be asked for.
        SHUTTERSPEED_RECENT_SHARE: "0",
      },
    });
  let environment = start();
  return {
    url: (key) => (kind === "s3" ? `s3://${buckets.pictures}/${key}` : `${origin}${key}`),
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
    overwrite: (other) => paintOverwritten(shelf.put, other),
    async stop() {
      (await environment).kill();
      await (await environment).gone;
      for (const part of [source, derivatives, names]) part.stop();
      await shelf.stop();
      await s3.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Where sources lie. */
interface Shelf {
  /** Of what they are asked of; ends in a slash where keys follow. */
  readonly address: URL;
  readonly put: Put;
  stop(): Promise<void>;
}

type Put = (key: string, bytes: Buffer) => Promise<unknown>;

function bucketShelf(s3: LocalS3): Shelf {
  const client = s3Client(s3);
  return {
    address: new URL(s3.endpoint),
    put: (Key, Body) => client.send(new PutObjectCommand({ Bucket: buckets.pictures, Key, Body })),
    stop: async () => client.destroy(),
  };
}

/** A web server for files, with tags, conditions and ranges. */
async function webShelf(folder: string): Promise<Shelf> {
  await mkdir(folder);
  const server = createServer(async (request, response) => {
    const key = decodeURIComponent(request.url ?? "").slice(1);
    give(request, response, await sourceFile(folder, key));
  });
  const port = await listen(server);
  return {
    address: new URL(`http://127.0.0.1:${port}/`),
    async put(key, bytes) {
      await writeFile(join(folder, `.${key}`), bytes);
      await rename(join(folder, `.${key}`), join(folder, key));
    },
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function paint(put: Put): Promise<void> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300">${'<path d="M10 10L90 40" stroke="red"/>'.repeat(500)}</svg>`;
  await put(sources.small, await noise(700, 500, 1).jpeg({ quality: 70 }).toBuffer());
  await put(sources["5MB"], await noise(1500, 1111, 2).png({ compressionLevel: 0 }).toBuffer());
  await put(sources["40MB"], await noise(4200, 3174, 3).png({ compressionLevel: 0 }).toBuffer());
  await put(extras.packed, gzipSync(svg));
  await paintOverwritten(put, false);
}

async function paintOverwritten(put: Put, other: boolean): Promise<void> {
  const picture = noise(600, 400, other ? 9 : 4).png({ compressionLevel: 0 });
  await put(extras.overwritten, await picture.toBuffer());
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
