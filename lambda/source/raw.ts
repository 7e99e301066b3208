import type { Deadline } from "../deadline.ts";
import { SourceUnreachable } from "../errors.ts";
import type { HttpRequest } from "../http.ts";
import type { Services } from "../services.ts";
import type { ObjectMetadata, ObjectStream, Phase } from "../store/store.ts";
import type { ImageRequest } from "../url/parse.ts";
import { again } from "./again.ts";
import { readBody } from "./body.ts";
import { failure } from "./download.ts";
import { fileAt } from "./local.ts";
import { readableAddress } from "./s3.ts";

/** A source's own answer, whole. */
export interface RawSource {
  readonly status: number;
  readonly metadata: ObjectMetadata;
  /** As in Content-Range. */
  readonly range?: string | undefined;
  /** As in Accept-Ranges. */
  readonly acceptRanges?: string | undefined;
  readonly bytes: Uint8Array;
}

type Asked = Pick<ImageRequest, "source" | "limits" | "cookies">;
type How = Parameters<Services["web"]["ask"]>[1];
type Given = Readonly<Record<string, string>>;

/** What of a client's request a source is asked. Behind the edge nothing is: what it asks for it keeps for all. */
const passed = ["if-none-match", "if-modified-since", "accept-encoding", "range"] as const;

const passedOf = ({ headers, edgeKey }: HttpRequest, { responseStreaming }: Services["config"]): Given =>
  Object.fromEntries(
    edgeKey === undefined
      ? passed
          // A function URL that streams undoes an encoding on its way.
          .filter((name) => !(responseStreaming && name === "accept-encoding"))
          .flatMap((name) => (headers[name] ? [[name, headers[name]] as const] : []))
      : [],
  );

/** Whether a client asks for all of a source, whatever it has of it already. */
export function asksForAll(http: HttpRequest, config: Services["config"]): boolean {
  const { range, "if-none-match": tag, "if-modified-since": date } = passedOf(http, config);
  return !(range || tag || date);
}

/** Asks a source for what the client asks of it, and reads its answer whole. Rejects with a `Failure`, as downloads do. */
export async function fetchRaw(
  request: Asked,
  http: HttpRequest,
  services: Services,
  deadline: Deadline,
): Promise<RawSource> {
  const { config, log } = services;
  const { source: url, limits } = request;
  const given = passedOf(http, config);
  let phase: Phase = "resolve";
  const at = (now: Phase) => {
    phase = now;
  };
  const ask = asking.get(url.slice(0, url.indexOf(":")).toLowerCase());
  if (!ask) throw new SourceUnreachable(`${url}: no such scheme`);
  const by = deadline.sooner(config.downloadTimeout * 1000);
  const over = new AbortController();
  try {
    return await by.within(url, Infinity, (late) => {
      const signal = AbortSignal.any([late, over.signal]);
      const once = async (fresh: boolean) => {
        const answered = await ask(request, given, services, { fresh, signal, at });
        at("body");
        return whole(answered, limits.maxSrcFileSize);
      };
      return again(once, signal, () => by.left);
    });
  } catch (error) {
    throw failure(error, { phase }, url);
  } finally {
    over.abort();
    log.note({ source: url });
  }
}

type Answered = Omit<RawSource, "bytes"> & { readonly stream?: ObjectStream };

async function whole({ stream, ...answer }: Answered, limit: number): Promise<RawSource> {
  if (!stream) return { ...answer, bytes: new Uint8Array() };
  try {
    return { ...answer, bytes: await readBody(stream, limit) };
  } finally {
    stream.cancel();
  }
}

type Ask = (request: Asked, given: Given, services: Services, how: How) => Promise<Answered>;

async function askWeb(
  { source: url, cookies }: Asked,
  headers: Given,
  { web }: Services,
  how: How,
): Promise<Answered> {
  const { status, stream, headers: told } = await web.ask({ url, cookies, headers }, how);
  const { metadata, range } = stream;
  const encoding = told["content-encoding"];
  return { status, stream, metadata: { ...metadata, encoding }, range, acceptRanges: told["accept-ranges"] };
}

async function askStore(
  { source: url }: Asked,
  { range: rangeHeader, "if-none-match": ifNoneMatch, "if-modified-since": ifModifiedSince }: Given,
  { store, config }: Services,
  how: How,
): Promise<Answered> {
  const conditions = rangeHeader ? { rangeHeader } : { ifNoneMatch, ifModifiedSince };
  const stream = await store.get(readableAddress(url, config), { ...how, ...conditions });
  if (stream === "not modified") return { status: 304, metadata: { etag: ifNoneMatch } };
  const { metadata, range } = stream;
  return { status: range && rangeHeader ? 206 : 200, stream, metadata, range, acceptRanges: "bytes" };
}

async function askFile(
  { source: url }: Asked,
  { "if-none-match": ifNoneMatch, "if-modified-since": ifModifiedSince }: Given,
  { config }: Services,
  how: How,
): Promise<Answered> {
  const stream = await fileAt(url, config).get({ ...how, ifNoneMatch, ifModifiedSince });
  if (stream === "not modified") return { status: 304, metadata: { etag: ifNoneMatch } };
  return { status: 200, stream, metadata: stream.metadata };
}

const asking: ReadonlyMap<string, Ask> = new Map([
  ["http", askWeb],
  ["https", askWeb],
  ["s3", askStore],
  ["local", askFile],
]);
