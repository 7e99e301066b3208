import { createServer, type IncomingMessage } from "node:http";
import { internalHeaders } from "../../stack/policy-headers.ts";
import { type Listening, listen } from "../listen.ts";
import { edgeCache } from "./cache.ts";
import { type EdgeRequest, edgeFunction, verifyingEdgeFunction } from "./edge-function.ts";
import { type Answer, ownAnswer } from "./http.ts";
import type { KeyValueStore } from "./key-value-store.ts";
import type { Origin } from "./origins.ts";
import { received, send } from "./viewer.ts";

/** What CloudFront is set up with. */
export interface EdgeProps {
  /** The viewer request function. */
  readonly code: string;
  /** What the function reads signing keys from. @default none: it verifies no signatures */
  readonly keyValueStore?: KeyValueStore | undefined;
  readonly origin: Origin;
  /** What the response headers policy puts into every answer. @default none */
  readonly headers?: Readonly<Record<string, string>>;
  /** @default a free port of this machine alone */
  readonly listening?: Listening;
  /** Cache-Control for viewers in place of the origin's. @default the origin's */
  readonly viewerCacheControl?: string | undefined;
  /** Hears of a key before it is looked up in the cache. */
  readonly asked?: (key: string) => Promise<void>;
  /** Answers before the edge does, where it has an answer. */
  readonly before?: ((request: IncomingMessage) => Promise<Answer | undefined>) | undefined;
  /** Hears of every request that was answered. */
  readonly served?: (served: Served) => void;
}

/** One request, looking back. */
export interface Served {
  readonly method: string;
  /** As it was received, with its query. */
  readonly path: string;
  readonly status: number;
  readonly cache: "Hit" | "Miss" | "Error";
  readonly ms: number;
  /** Of the body. */
  readonly bytes: number;
  /** The id its log line has: of the request that was answered first, when it is repeated from the cache; empty where the function was not asked. */
  readonly id: string;
  /** Of a failure: the first line of its body. */
  readonly failure?: { readonly says: string };
}

/** CloudFront's part on this machine. */
export interface Edge {
  readonly port: number;
  /** Runs another viewer request function from the next request on. */
  become(code: string): void;
  /** Drops cached answers whose key begins so; those on their way are not kept. */
  forget(prefix: string): void;
  /**
   * Drops cached answers that these name: `#` and a tag, or a path. What is on its way then is cached when it comes, as CloudFront says nothing to the
   * contrary, unless it was asked for anew since: nobody joins it.
   */
  invalidate(items: readonly string[]): void;
  stop(): void;
}

/** What no viewer hears: by the response headers policy, and of S3's what CloudFront always keeps to itself. */
const unheard = [...internalHeaders, "x-amz-id-2", "x-amz-request-id"];

/** Bytes of bodies the cache holds: a folder of thousands is leafed through without the machine noticing. */
const CACHE_LIMIT = 64 * 1024 * 1024;

/** Starts an edge: the function of the viewer request, then the cache, then the origin. Rejects when the port is taken. */
export async function startEdge(props: EdgeProps): Promise<Edge> {
  const { origin, served = () => {}, viewerCacheControl, keyValueStore } = props;
  const functionOf = (code: string) =>
    keyValueStore ? verifyingEdgeFunction(code, keyValueStore) : edgeFunction(code);
  let viewerRequest = functionOf(props.code);
  const ofPolicy = lowerCase(props.headers ?? {});
  const cache = edgeCache(CACHE_LIMIT);
  /** What others join, and what may be cached when it comes. */
  const [underway, latest] = [new Map<string, Promise<Answer>>(), new Map<string, Promise<Answer>>()];

  const askOnce = (request: EdgeRequest) => {
    const { uri } = request;
    const joined = underway.get(uri);
    if (joined) return joined;
    const asking = origin(request).then((answer) => {
      const isNewest = latest.get(uri) === asking;
      if (underway.get(uri) === asking) underway.delete(uri);
      if (!isNewest) return answer;
      latest.delete(uri);
      cache.keep(uri, answer);
      return answer;
    });
    latest.set(uri, asking);
    underway.set(uri, asking);
    return asking;
  };
  const answer = async (request: EdgeRequest): Promise<[Served["cache"], Answer]> => {
    if (!["GET", "HEAD", "OPTIONS"].includes(request.method)) return ["Error", ownAnswer(403, "Forbidden")];
    const made = viewerRequest(request);
    const sent = made instanceof Promise ? await made : made;
    if ("status" in sent)
      return [sent.status < 400 ? "Miss" : "Error", { ...sent, body: Buffer.from(sent.body) }];
    if (props.asked) await props.asked(sent.uri.slice(1));
    const cached = cache.find(sent.uri);
    if (cached) return ["Hit", cached];
    // Nothing else can be signed for an origin.
    if (!/^\/[\w./-]*$/.test(sent.uri)) return ["Error", ownAnswer(400, "Bad Request")];
    const fresh = await (request.method === "GET" ? askOnce(sent) : origin(sent));
    return [fresh.status < 400 ? "Miss" : "Error", fresh];
  };
  const server = createServer(async (incoming, response) => {
    const start = performance.now();
    const request = received(incoming);
    const own = props.before && (await props.before(incoming));
    if (own) return send(response, request, own);
    const [from, answered] = await answer(request);
    const bytes = send(response, request, {
      ...answered,
      headers: { ...toViewer(answered), ...ofPolicy, "x-cache": `${from} from edge` },
    });
    const { method } = request;
    const path = incoming.url ?? "/";
    const ms = performance.now() - start;
    const id = answered.headers["x-request-id"] ?? "";
    served({ method, path, status: response.statusCode, cache: from, ms, bytes, id, ...failureIn(answered) });
  });
  const toViewer = ({ status, headers }: Answer) => ({
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => !unheard.includes(name))),
    ...(viewerCacheControl && status < 300 && { "cache-control": viewerCacheControl }),
  });
  const forget = (prefix: string) => {
    cache.forget(`/${prefix}`);
    for (const asked of [underway, latest])
      for (const uri of [...asked.keys()]) if (uri.startsWith(`/${prefix}`)) asked.delete(uri);
  };
  const invalidate = (items: readonly string[]) => {
    cache.invalidate(items);
    // What it will be tagged with nobody knows yet.
    underway.clear();
  };
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  const become = (code: string) => {
    viewerRequest = functionOf(code);
  };
  return { port: await listen(server, props.listening), become, forget, invalidate, stop };
}

function failureIn({ status, body }: Answer): Pick<Served, "failure"> {
  if (status < 400) return {};
  const [says = ""] = body.toString().split("\n", 1);
  return { failure: { says } };
}

const lowerCase = (headers: Readonly<Record<string, string>>): Answer["headers"] =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
