import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import { ClientRequest, type ClientRequestArgs, Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Duplex } from "node:stream";
import { startResolver } from "./resolver.ts";
import type { Phase } from "./store.ts";

/** The connections to a store. */
export interface Connections {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
  /** Has the next request go over a new connection: nothing that idles is trusted any more. */
  forget(): void;
  /** Tells `forget` by itself where they idled for longer than is to be trusted. To be called before each request. */
  use(): void;
}

/**
 * ms that a connection may idle and be used again. A process may be frozen between two requests for as long as Lambda likes,
 * and whatever is on the way forgets a silent connection without a word.
 */
const TRUSTED_IDLE = 4000;

/** Hears how far the requests made within `run` have come. */
export const phases = new AsyncLocalStorage<(phase: Phase) => void>();

/** Opens a pool: kept alive, resolved without libuv's threads, telling how far each new connection has come. */
export function openConnections(maxSockets = 50): Connections {
  const options = { keepAlive: true, maxSockets, lookup: startResolver() };
  const httpAgent = new TellingHttpAgent(options);
  const httpsAgent = new TellingHttpsAgent(options);
  let used = performance.now();
  const forget = () => {
    for (const { freeSockets } of [httpAgent, httpsAgent])
      for (const socket of Object.values(freeSockets).flat()) socket?.destroy();
  };
  const use = () => {
    const now = performance.now();
    if (now - used > TRUSTED_IDLE) forget();
    used = now;
  };
  return { httpAgent, httpsAgent, forget, use };
}

/** Interim answers (100, 103) before one that counts. */
const MOST_INTERIM = 8;

/** Ends a request that is answered by interim answers without end: reading them takes all the time other requests need. */
function endFloods(message: unknown): void {
  const request = typeof message === "object" && message && "request" in message && message.request;
  if (!(request instanceof ClientRequest) || !phases.getStore()) return;
  let heard = 0;
  request.on("information", () => {
    if (++heard === MOST_INTERIM) request.destroy(new Error("interim answers without end"));
  });
}
subscribe("http.client.request.start", endFloods);

class TellingHttpAgent extends HttpAgent {
  override createConnection(...given: Parameters<HttpAgent["createConnection"]>): Duplex | null | undefined {
    return followed(super.createConnection(...given), "first byte");
  }
}

class TellingHttpsAgent extends HttpsAgent {
  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    return followed(super.createConnection(options, callback), "TLS");
  }
}

/** Has a new connection tell of itself; `connected` is what follows once TCP is there. */
function followed(socket: Duplex | null | undefined, connected: Phase): Duplex | null | undefined {
  const tell = phases.getStore();
  if (!tell || !socket) return socket;
  tell("resolve");
  socket.once("lookup", (error: unknown) => error ?? tell("connect"));
  socket.once("connect", () => tell(connected));
  socket.once("secureConnect", () => tell("first byte"));
  return socket;
}
