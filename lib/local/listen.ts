import { once } from "node:events";
import { createServer, type Server } from "node:net";

/** Listens on this machine only and tells the port; port 0 takes a free one. Rejects when the port is taken. */
export async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening").catch((cause) => {
    throw cause.code === "EADDRINUSE" ? new Error(`port ${port} is taken`, { cause }) : cause;
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** Throws one sentence when the port is taken. */
export async function assertFree(port: number): Promise<void> {
  const server = createServer();
  await listen(server, port);
  server.close();
}
