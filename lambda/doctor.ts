import { lookup } from "node:dns/promises";
import { request as httpsRequest } from "node:https";
import { connect as tcpConnect } from "node:net";
import { connect as tlsConnect } from "node:tls";
import type { Config } from "./config/variables.ts";
import { Deadline } from "./deadline.ts";
import { s3Store } from "./store/s3.ts";
import { s3Clients } from "./store/s3-client.ts";
import type { Address, Phase, Store } from "./store/store.ts";

/** What is to be examined: how often an object is read, and the ms all of it may take. */
export interface Examination extends Address {
  readonly reads: number;
  readonly within: number;
}

/** One thing that was tried. */
export interface Check {
  readonly name: "credentials" | "region" | "resolve" | "connect" | "TLS" | "read";
  readonly ok: boolean;
  readonly ms: number;
  /** What was found, or what went wrong; no secret. */
  readonly says: string;
}

/** One read of the object, in ms; those of a connection that was used before are undefined. */
export interface Read {
  readonly resolve?: number | undefined;
  readonly connect?: number | undefined;
  readonly TLS?: number | undefined;
  /** From the request, or the connection, to the headers. */
  readonly firstByte: number;
  readonly body: number;
  readonly total: number;
  readonly bytes: number;
}

/** The way to a bucket, as it is from here. */
export interface Report {
  readonly host: string;
  readonly region: string;
  readonly bucketRegion: string | undefined;
  readonly checks: readonly Check[];
  readonly reads: readonly Read[];
}

/** ms that each step may take before it counts as closed. */
const STEP = 3000;

/** Looks at the way to an object step by step, then reads it, over new connections and used ones in turn. Never throws. */
export async function examine(asked: Examination, config: Config): Promise<Report> {
  const deadline = Deadline.in(asked.within);
  const checks: Check[] = [];
  const check = async (name: Check["name"], work: () => Promise<string>): Promise<string | undefined> => {
    const began = performance.now();
    const spent = () => Math.round(performance.now() - began);
    try {
      const says = await deadline.within(name, STEP, work);
      checks.push({ name, ok: true, ms: spent(), says });
      return says;
    } catch (error) {
      checks.push({ name, ok: false, ms: spent(), says: reasonOf(error) });
      return undefined;
    }
  };

  const client = s3Clients(config).for(asked.bucket, true);
  await check(
    "credentials",
    async () => `found, ${(await client.config.credentials()).expiration ? "temporary" : "lasting"}`,
  );
  const region = (await check("region", async () => client.config.region())) ?? "";
  // Where a signed link leads is where requests go.
  const store = s3Store(config);
  const link = await store.presign(asked, 60).catch(() => "");
  const { hostname: host, protocol, port: named } = URL.canParse(link) ? new URL(link) : unknown;
  const secure = protocol === "https:";
  const port = Number(named) || (secure ? 443 : 80);
  const address = await check("resolve", async () => (await lookup(host)).address);
  if (address) await check("connect", () => connected(address, port));
  if (address && secure) await check("TLS", () => shaken(address, host, port));
  const onAws = host.endsWith(".amazonaws.com");
  const bucketRegion = onAws ? await regionOf(asked.bucket).catch(() => undefined) : undefined;
  const reads: Read[] = [];
  await check("read", () => readAll(asked, store, deadline, reads));
  return { host, region, bucketRegion, checks, reads };
}

const unknown = { hostname: "", protocol: "https:", port: "" };

const reasonOf = (error: unknown) =>
  error instanceof Error
    ? [error.message, "code" in error && error.code].filter(Boolean).join(", ")
    : `${error}`;

const connected = (host: string, port: number) =>
  new Promise<string>((resolve, reject) => {
    const socket = tcpConnect({ host, port, timeout: STEP });
    socket.once("connect", () => resolve(`port ${port}`));
    socket.once("error", reject);
    socket.once("timeout", () => reject(new Error("no answer")));
    socket.on("close", () => reject(new Error("closed")));
    socket.once("connect", () => socket.destroy());
  });

const shaken = (host: string, servername: string, port: number) =>
  new Promise<string>((resolve, reject) => {
    const socket = tlsConnect({ host, port, servername, timeout: STEP }, () => {
      resolve(socket.getProtocol() ?? "TLS");
      socket.destroy();
    });
    socket.once("error", reject);
    socket.once("timeout", () => {
      socket.destroy();
      reject(new Error("no answer"));
    });
  });

/** AWS tells a bucket's region to everybody. */
const regionOf = (bucket: string) =>
  new Promise<string | undefined>((resolve, reject) => {
    const asking = httpsRequest(
      { host: `${bucket}.s3.amazonaws.com`, method: "HEAD", timeout: STEP, agent: false },
      ({ headers }) => {
        const region = headers["x-amz-bucket-region"];
        resolve(typeof region === "string" ? region : undefined);
        asking.destroy();
      },
    );
    asking.once("timeout", () => asking.destroy(new Error("no answer")));
    asking.once("error", reject);
    asking.end();
  });

async function readAll(asked: Examination, store: Store, deadline: Deadline, reads: Read[]): Promise<string> {
  for (let nth = 0; nth < asked.reads && deadline.left > STEP / 10; nth++) {
    const read = await deadline.within("a read", STEP * 4, (signal) =>
      readOnce(asked, store, nth % 2 === 0, signal),
    );
    reads.push(read);
  }
  return `${reads.length} times ${reads[0]?.bytes ?? 0} bytes`;
}

async function readOnce(address: Address, store: Store, fresh: boolean, signal: AbortSignal): Promise<Read> {
  const began = performance.now();
  const reached = new Map<Phase, number>();
  const at = (phase: Phase) => reached.set(phase, performance.now());
  const stream = await store.get(address, { fresh, at, signal });
  if (stream === "not modified") throw new TypeError("not modified, which nobody asked");
  const opened = performance.now();
  let bytes = 0;
  try {
    for await (const chunk of stream.body) bytes += chunk.length;
  } finally {
    stream.cancel();
  }
  const ended = performance.now();
  const {
    resolve,
    connect,
    TLS,
    asked = began,
  } = Object.fromEntries([...reached].map(([phase, ms]) => [phase === "first byte" ? "asked" : phase, ms]));
  const afterTcp = TLS ?? asked;
  return {
    ...(resolve !== undefined && { resolve: (connect ?? afterTcp) - resolve }),
    ...(resolve !== undefined && { connect: connect === undefined ? 0 : afterTcp - connect }),
    ...(TLS !== undefined && { TLS: asked - TLS }),
    firstByte: opened - asked,
    body: ended - opened,
    total: ended - began,
    bytes,
  };
}
