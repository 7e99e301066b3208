import { createHash, createHmac } from "node:crypto";
import { createContext, runInContext } from "node:vm";
import { record } from "../lambda/record.ts";
import type { KeyValueStore } from "./key-value-store.ts";

/** What an edge function may change of a request. */
export interface EdgeRequest {
  readonly method: string;
  /** The raw path, without the query. */
  readonly uri: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What an edge function may answer by itself. */
export interface EdgeResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Runs a CloudFront Function's code with what CloudFront gives it and nothing else: no imports, no globals of node.
 * Of what it makes of a request, `status` tells an answer from a request to be asked of the origins.
 */
export function edgeFunction(code: string): (request: EdgeRequest) => EdgeRequest | EdgeResponse {
  const handler = handlerOf(code);
  return (request) => read(handler(eventOf(request)));
}

/** The same of code that reads a KeyValueStore. */
export function verifyingEdgeFunction(
  code: string,
  store: Pick<KeyValueStore, "get">,
): (request: EdgeRequest) => Promise<EdgeRequest | EdgeResponse> {
  const kvs = {
    async get(key: string) {
      const value = await store.get(key);
      if (value === undefined) throw new Error("KeyNotFound");
      return value;
    },
  };
  // A module's import, which a script has not.
  const handler = handlerOf(code.replace(/^import cf from "cloudfront";$/m, ""), { kvs: () => kvs });
  return async (request) => read(await handler(eventOf(request)));
}

function handlerOf(code: string, cf?: object): (event: unknown) => unknown {
  const globals = { Buffer, console: { log() {} }, require: (name: string) => moduleNamed(name), cf };
  const context = createContext(globals, { codeGeneration: { strings: false, wasm: false } });
  runInContext(`for (const name of ${JSON.stringify(missing)}) delete globalThis[name];`, context);
  runInContext(code, context, { filename: "viewer-request.js" });
  const handler: unknown = runInContext("handler", context);
  if (typeof handler !== "function") throw new TypeError("an edge function is called handler");
  return (event) => handler(event);
}

function eventOf({ method, uri, headers }: EdgeRequest): object {
  const event = { version: "1.0", context: { eventType: "viewer-request" }, viewer: { ip: "127.0.0.1" } };
  const given = Object.entries(headers).map(([name, value]) => [name, { value }]);
  const request = { method, uri, querystring: {}, headers: Object.fromEntries(given), cookies: {} };
  return { ...event, request };
}

function read(answer: unknown): EdgeRequest | EdgeResponse {
  const made = record(answer);
  return "statusCode" in made ? readResponse(made) : readRequest(made);
}

/** Of JavaScript itself, what CloudFront's runtime lacks. */
const missing = [
  "Map",
  "Set",
  "WeakMap",
  "WeakSet",
  "Proxy",
  "Reflect",
  "Intl",
  "BigInt",
  "WebAssembly",
  "Atomics",
];

function moduleNamed(name: string): unknown {
  if (name === "crypto") return { createHash, createHmac };
  throw new Error(`CloudFront has no module ${name}`);
}

type Made = ReturnType<typeof record>;

const readRequest = ({ method, uri, headers }: Made): EdgeRequest => ({
  method: String(method),
  uri: String(uri),
  headers: headersIn(headers),
});

const readResponse = ({ statusCode, headers, body }: Made): EdgeResponse => ({
  status: Number(statusCode),
  headers: headersIn(headers),
  body: String(record(body).data),
});

function headersIn(headers: unknown): EdgeRequest["headers"] {
  const values = Object.entries(record(headers)).map(([name, header]) => [
    name,
    String(record(header).value),
  ]);
  return Object.fromEntries(values);
}
