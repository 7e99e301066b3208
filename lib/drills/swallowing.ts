import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";

/** Listens with room for one connection, and never takes one; the system drops all others without a word. */
const deaf = (port: number) => `
  const server = require("node:net").createServer();
  server.listen({ port: ${port}, host: "127.0.0.1", backlog: 1 }, () => {
    require("node:fs").writeSync(1, "x");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
    process.exit();
  });`;

/** Has every connection to a port of this machine come to nothing until it is ended. */
export async function swallow(port: number) {
  const child: ChildProcess = spawn(process.execPath, ["-e", deaf(port)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  if (child.stdout) await once(child.stdout, "data");
  const filling = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
  await Promise.all(filling.map((socket) => once(socket, "connect")));
  return {
    end() {
      for (const socket of filling) socket.on("error", () => {}).destroy();
      child.kill("SIGKILL");
    },
  };
}
