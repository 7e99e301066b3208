import { once } from "node:events";
import { createServer, type Server } from "node:net";

/** Where a server is to be reached. */
export interface Listening {
  /** @default 127.0.0.1, this machine alone */
  readonly host?: string;
  /** @default a free one */
  readonly port?: number;
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "is taken",
  EACCES: "may not be used without more rights",
};

/** Listens and tells the port. Rejects with one sentence when the port is taken, or the host is not this machine's. */
export async function listen(
  server: Server,
  { host = "127.0.0.1", port = 0 }: Listening = {},
): Promise<number> {
  server.listen(port, host);
  await once(server, "listening").catch((cause) => {
    const reason = reasons[cause.code];
    throw reason
      ? new Error(`port ${port} ${reason}`, { cause })
      : new Error(`host ${host}: this machine cannot listen there (${cause.code})`, { cause });
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** The port that would be listened on, another one where it is 0. Throws one sentence when it is taken. */
export async function freePort(listening: Listening): Promise<number> {
  const server = createServer();
  const port = await listen(server, listening);
  server.close();
  await once(server, "close");
  return port;
}
