import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const golden = new URL("../../../shared/golden/", import.meta.url);
const pictures = fileURLToPath(new URL("../../../shared/pictures/", import.meta.url));

type Headers = Readonly<Record<string, string>>;

/** A request that reached the origin. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
}

/** A request whose source is an http origin that misbehaves, and what imgproxy answered and asked. */
export interface WebCase {
  readonly id: string;
  readonly group: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Headers;
  /** Asked twice, the second time with what the first answer said. */
  readonly again?: "etag" | "modified";
  readonly answer: {
    /** 0: the connection was cut in the middle of a body. */
    readonly status: number;
    readonly headers?: Headers;
    readonly bytes?: number;
    readonly text?: string;
  };
  readonly asked: readonly Asked[];
}

/** Says so where imgproxy's answers do not lie beside the project. */
export const missing = existsSync(new URL("http.json", golden))
  ? false
  : "imgproxy's answers over http are not beside the project";

const read = (name: string) => JSON.parse(readFileSync(new URL(name, golden), "utf8"));

/** Every request, in the order of the file; none where the answers are missing. */
export const webCases: readonly WebCase[] = missing ? [] : read("http.json");

const listed: readonly { readonly name: string; readonly env: Headers }[] = missing
  ? []
  : read("http-groups.json");

/** The environment of a group; what a case asks is never answered from memory. */
export const webEnvironments: ReadonlyMap<string, Headers> = new Map(
  listed.map(({ name, env }) => [
    name,
    {
      SHUTTERSPEED_RECENT_SHARE: "0",
      ...Object.fromEntries(
        Object.entries(env).map(([key, value]) => [key, key.endsWith("_PATH") ? pictures + value : value]),
      ),
    },
  ]),
);

/** An origin in a process of its own. */
export interface WebOrigin extends AsyncDisposable {
  /** Its address, without a slash at the end. */
  readonly address: string;
  /** What it was asked since this was called last. */
  asked(): Promise<readonly Asked[]>;
}

/** Starts it. */
export async function startOrigin(): Promise<WebOrigin> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("origin.mjs", golden)), pictures, "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const address = await firstLine(child);
  return {
    address,
    asked: async () => JSON.parse(await (await fetch(`${address}/-/asked`)).text()),
    async [Symbol.asyncDispose]() {
      child.kill();
    },
  };
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error("the origin has no output");
  for await (const line of createInterface(stdout)) return line;
  throw new Error("the origin did not start");
}

/** The path that asks for it, as an HTTP client sends it. */
export const pathOf = ({ path }: WebCase, address: string): string =>
  new URL(
    `http://imgproxy${path
      .replaceAll("{origin}", address)
      .replace(/\{base64:([^}]*)\}/g, (_, at: string) => Buffer.from(address + at).toString("base64url"))}`,
  ).pathname;
