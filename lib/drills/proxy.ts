import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
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
export async function startProxy(
  target: URL,
  tls: { readonly own: Certificate; readonly foreign: Certificate } | undefined,
): Promise<FaultProxy> {
  const open = new Set<Socket>();
  const broken = new Set<Socket>();
  let acts: readonly Act[] = [];
  let always = false;
  let requests = 0;
  let spoiled = new Set<Socket>();
  let spoiledHow: "dark" | "reset" = "dark";

  const next = (on: Act["on"], method = "GET"): Act | undefined => {
    const [act, ...rest] = acts;
    if (act?.on !== on) return undefined;
    if (act.on === "request" && method !== (act.only ?? "GET")) return undefined;
    if (rest.length > 0 || !always) acts = rest;
    return act;
  };
  const accept = (tcp: Socket) => {
    open.add(tcp);
    tcp.on("close", () => {
      open.delete(tcp);
      broken.delete(tcp);
    });
    tcp.on("error", () => {});
    const act = next("accept");
    if (act?.on === "accept") {
      broken.add(tcp);
      return act.act(tcp);
    }
    if (!tls) return serve(tcp, tcp);
    tcp.once("data", (hello) => {
      const fault = next("hello");
      if (fault?.on === "hello") {
        broken.add(tcp);
        tcp.pause();
        tcp.unshift(hello);
        return fault.act(tcp, tls.foreign);
      }
      tcp.pause();
      tcp.unshift(hello);
      serve(secured(tcp, tls.own), tcp);
    });
  };
  const serve = (socket: Socket, tcp: Socket) => {
    socket.on("error", () => {});
    readRequests(socket, (method, path, headers, body) => {
      requests++;
      if (spoiled.has(tcp)) {
        broken.add(tcp);
        if (spoiledHow === "reset") tcp.resetAndDestroy();
        return;
      }
      const answer = () => ask(target, method, path, headers, body);
      const act = next("request", method);
      if (act?.on !== "request") {
        answer().then(
          (whole) => socket.write(bytesOf(whole)),
          () => tcp.destroy(),
        );
        return;
      }
      broken.add(tcp);
      act.act({ socket, tcp, method, path, answer, keep: () => broken.delete(tcp) });
    });
  };
  let server = createServer(accept);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);

  const listenAgain = async () => {
    server = createServer(accept);
    for (let tries = 0; tries < 50; tries++) {
      server.listen(port, "127.0.0.1");
      const heard = await Promise.race([
        once(server, "listening"),
        once(server, "error").then(() => undefined),
      ]).catch(() => undefined);
      if (heard) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const drop = () => {
    for (const tcp of open) tcp.destroy();
  };
  return {
    port,
    break(given, forEver) {
      acts = given;
      always = forEver;
    },
    mend() {
      acts = [];
      spoiled = new Set();
    },
    drop,
    spoil(how) {
      spoiled = new Set(open);
      spoiledHow = how;
    },
    async away(how, ms) {
      drop();
      await new Promise((resolve) => server.close(resolve));
      const filled = how === "swallow" ? await swallow(port) : undefined;
      setTimeout(() => {
        filled?.end();
        listenAgain();
      }, ms);
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
      server.close();
      drop();
    },
  };
}

const portOf = (server: Server) => {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
};

/** The server's side of TLS on a connection. */
export const secured = (tcp: Socket, { key, cert }: Certificate): TLSSocket =>
  new TLSSocket(tcp, { isServer: true, secureContext: createSecureContext({ key, cert }) });
