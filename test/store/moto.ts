import { spawn, spawnSync } from "node:child_process";
import { createServer, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { listen } from "../../lib/local/listen.ts";

/** moto's server, of the PATH or of the variable MOTO_SERVER: S3 with versions, accounts and access points, and STS. */
const command = process.env.MOTO_SERVER ?? "moto_server";

/** Why there is none, where there is none. */
export const missing =
  spawnSync(command, ["--help"]).status !== 0 &&
  "moto_server is not here (pip install 'moto[s3,sts,server]', and MOTO_SERVER for where)";

/** An S3 and an STS in a process of their own. */
export interface Moto extends AsyncDisposable {
  readonly port: number;
  /** Method, path and key id of the requests that were sent to it. */
  readonly asked: readonly string[];
}

/** Starts it, and remembers what it is asked. Rejects when it does not answer within 20 s. */
export async function startMoto(): Promise<Moto> {
  const inner = await freePort();
  const child = spawn(command, ["-H", "127.0.0.1", "-p", `${inner}`], { stdio: "ignore" });
  const gone = new Promise((over) => child.on("exit", over));
  const asked: string[] = [];
  const outer = createServer((incoming, response) => {
    const { method = "", url: path = "", headers } = incoming;
    const [, id = "nobody"] = /Credential=([^/]+)/.exec(headers.authorization ?? "") ?? [];
    asked.push(`${method} ${path.split("?", 1)[0]} ${id}`);
    const onwards = request({ host: "127.0.0.1", port: inner, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    onwards.on("error", () => response.destroy());
    incoming.pipe(onwards);
  });
  const port = await listen(outer);
  const stop = async () => {
    outer.close();
    outer.closeAllConnections();
    child.kill();
    await gone;
  };
  for (let tries = 0; tries < 100; tries++) {
    const answered = await fetch(`http://127.0.0.1:${inner}/moto-api/data.json`).catch(() => undefined);
    await answered?.body?.cancel();
    if (answered?.ok) return { port, asked, [Symbol.asyncDispose]: stop };
    await pause(200);
  }
  await stop();
  throw new Error("moto_server did not start");
}

async function freePort(): Promise<number> {
  const free = createServer();
  const port = await listen(free);
  await new Promise((closed) => free.close(closed));
  return port;
}
