import { createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { createSecureContext, TLSSocket } from "node:tls";
import { listen } from "../local/listen.ts";
import type { Certificate } from "./certificate.ts";
import { swallow } from "./swallowing.ts";
import { type Answer, ask, bytesOf, readRequests } from "./wire.ts";

/** A request that came through. */
export interface Exchange {
  /** Of the connection it came over, unpacked where that is TLS. */
  readonly socket: Socket;
  /** The same, as TCP. */
  readonly tcp: Socket;
  readonly method: string;
  readonly path: string;
  /** Asks S3 what was asked. */
  answer(): Promise<Answer>;
  /** Says that the connection is as good as before, and may be used again. */
  keep(): void;
}

/** What breaks one time: a connection, a TLS handshake, or a request. Whoever is broken is not passed on. */
export type Act =
  | { readonly on: "accept"; readonly act: (tcp: Socket) => void }
  | { readonly on: "hello"; readonly act: (tcp: Socket, foreign: Certificate) => void }
  | {
      readonly on: "request";
      /** Lets all other methods pass. @default GET */
      readonly only?: "PUT";
      readonly act: (exchange: Exchange) => unknown;
    };

/** What stands between the function and S3. */
export interface FaultProxy {
  readonly port: number;
  /** Has these happen, one after the other; the last for ever when `always`. */
  break(acts: readonly Act[], always: boolean): void;
  /** Passes everything on again. */
  mend(): void;
  /** Closes every connection. */
  drop(): void;
  /** Makes whatever is open now silent, or resets it when it is used next. */
  spoil(how: "dark" | "reset"): void;
  /** For so many ms, connections are refused, or come to nothing. */
  away(how: "refuse" | "swallow", ms: number): Promise<void>;
  /** Connections open now, and those of them that were broken. */
  readonly open: number;
  readonly broken: number;
  /** Requests so far. */
  readonly requests: number;
  stop(): void;
}

/** Starts a proxy to an S3 on this machine; with a certificate it speaks TLS. */
export async function startProxy(target: URL, tls: Identities | undefined): Promise<FaultProxy> {
  const script = startScript();
  const open = new Set<Socket>();
  const broken = new Set<Socket>();
  let requests = 0;
  const accept = (tcp: Socket) => {
    open.add(tcp);
    tcp
      .on("error", () => {})
      .on("close", () => {
        open.delete(tcp);
        broken.delete(tcp);
      });
    const act = script.next("accept");
    if (act?.on !== "accept") return tls ? greet(tcp, tls) : serve(tcp, tcp);
    broken.add(tcp);
    act.act(tcp);
  };
  const greet = (tcp: Socket, { own, foreign }: Identities) =>
    tcp.once("data", (hello) => {
      tcp.pause();
      tcp.unshift(hello);
      const act = script.next("hello");
      if (act?.on !== "hello") return serve(secured(tcp, own), tcp);
      broken.add(tcp);
      act.act(tcp, foreign);
    });
  const serve = (socket: Socket, tcp: Socket) => {
    socket.on("error", () => {});
    readRequests(socket, (method, path, headers, body) => {
      requests++;
      const act = script.spoiled(tcp) ?? script.next("request", method);
      const answer = () => ask(target, method, path, headers, body);
      if (act?.on === "request") {
        broken.add(tcp);
        act.act({ socket, tcp, method, path, answer, keep: () => broken.delete(tcp) });
      } else
        answer().then(
          (whole) => socket.write(bytesOf(whole)),
          () => tcp.destroy(),
        );
    });
  };
  const drop = () => {
    for (const tcp of open) tcp.destroy();
  };
  const door = await openDoor(accept);
  return {
    port: door.port,
    break: script.write,
    mend: script.clear,
    drop,
    spoil: (how) => script.spoil(open, how),
    async away(how, ms) {
      drop();
      await door.away(how, ms);
    },
    get open() {
      return open.size;
    },
    get broken() {
      return broken.size;
    },
    get requests() {
      return requests;
    },
    stop() {
      door.close();
      drop();
    },
  };
}

/** The certificate that is trusted, and one that is not. */
interface Identities {
  readonly own: Certificate;
  readonly foreign: Certificate;
}

/** What is to break next, and which connections are spoiled. */
function startScript() {
  let acts: readonly Act[] = [];
  let always = false;
  let spoiled = new Set<Socket>();
  let spoil: Act | undefined;
  return {
    write(given: readonly Act[], forEver: boolean) {
      acts = given;
      always = forEver;
    },
    clear() {
      acts = [];
      spoiled = new Set();
    },
    next(on: Act["on"], method = "GET"): Act | undefined {
      const [act, ...rest] = acts;
      if (act?.on !== on) return undefined;
      if (act.on === "request" && method !== (act.only ?? "GET")) return undefined;
      if (rest.length > 0 || !always) acts = rest;
      return act;
    },
    spoil(open: ReadonlySet<Socket>, how: "dark" | "reset") {
      spoiled = new Set(open);
      spoil = { on: "request", act: ({ tcp }) => how === "reset" && tcp.resetAndDestroy() };
    },
    spoiled: (tcp: Socket) => (spoiled.has(tcp) ? spoil : undefined),
  };
}

/** Where connections come in; it may be closed for a while. */
async function openDoor(accept: (tcp: Socket) => void) {
  let server = createServer(accept);
  const port = await listen(server);
  const openAgain = async (tries: number): Promise<void> => {
    server = createServer(accept);
    await listen(server, { port }).catch(async (error) => {
      if (tries === 0) throw error;
      await pause(10);
      await openAgain(tries - 1);
    });
  };
  return {
    port,
    /** Refuses connections, or has them come to nothing, for so many ms. */
    async away(how: "refuse" | "swallow", ms: number) {
      await new Promise((resolve) => server.close(resolve));
      const filled = how === "swallow" ? await swallow(port) : undefined;
      setTimeout(() => {
        filled?.end();
        openAgain(50);
      }, ms);
    },
    close: () => server.close(),
  };
}

/** The server's side of TLS on a connection. */
export const secured = (tcp: Socket, { key, cert }: Certificate): TLSSocket =>
  new TLSSocket(tcp, { isServer: true, secureContext: createSecureContext({ key, cert }) });
