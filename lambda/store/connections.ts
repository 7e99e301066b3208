import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import { ClientRequest, type ClientRequestArgs, Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { isIP } from "node:net";
import { Duplex } from "node:stream";
import { guardedLookup, RefusedAddress } from "./guard.ts";
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

/** How a pool is opened. */
interface Pool {
  readonly maxSockets?: number;
  /** The addresses that may be dialled; without, all may. */
  readonly mayDial?: ((address: string) => boolean) | undefined;
  /** ms after which a connection that idles is closed; without, it stays. */
  readonly idle?: number | undefined;
}

/** Opens a pool: kept alive, resolved without libuv's threads, telling how far each new connection has come. */
export function openConnections({ maxSockets = 50, mayDial, idle }: Pool = {}): Connections {
  const resolve = startResolver();
  const options = {
    keepAlive: idle !== 0,
    maxSockets,
    lookup: mayDial ? guardedLookup(resolve, mayDial) : resolve,
    ...(idle && { timeout: idle }),
  };
  const httpAgent = telling(new HttpAgent(options), mayDial, "first byte");
  const httpsAgent = telling(new HttpsAgent(options), mayDial, "TLS");
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

type Told = ((error: Error | null, stream: Duplex) => void) | undefined;

/** Has an agent refuse what may not be dialled, and its new connections tell of themselves; `connected` is what follows once TCP is there. */
function telling<A extends HttpAgent>(agent: A, mayDial: Pool["mayDial"], connected: Phase): A {
  const dial = agent.createConnection.bind(agent);
  agent.createConnection = (options: ClientRequestArgs, told: Told) =>
    refused(options, told, mayDial) ? undefined : followed(dial(options, told), connected);
  return agent;
}

/** Refuses a host that is an address and may not be dialled: no lookup is asked about those. */
function refused({ host }: ClientRequestArgs, told: Told, mayDial: Pool["mayDial"]): boolean {
  const address = host ?? "";
  if (!mayDial || isIP(address) === 0 || mayDial(address)) return false;
  told?.(new RefusedAddress(`${address}: no source may have this address`), new Duplex());
  return true;
}

/** Has a new connection tell of itself. */
function followed(socket: Duplex | null | undefined, connected: Phase): Duplex | null | undefined {
  const tell = phases.getStore();
  if (!tell || !socket) return socket;
  tell("resolve");
  socket.once("lookup", (error: unknown) => error ?? tell("connect"));
  socket.once("connect", () => tell(connected));
  socket.once("secureConnect", () => tell("first byte"));
  return socket;
}
