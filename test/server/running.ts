import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

const program = join(import.meta.dirname, "../../bin/shutterspeed.ts");

/** A line of the log. */
export interface Line {
  readonly message: string;
  readonly status: number;
  readonly durationMs: number;
  readonly client_ip?: string;
  readonly error?: { readonly name: string };
}

/** `shutterspeed serve` as a process of its own, on a free port, with these variables. */
export async function running(env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [program, "serve"], {
    env: { PATH: process.env.PATH, IMGPROXY_BIND: "127.0.0.1:0", AWS_EC2_METADATA_DISABLED: "true", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: string[] = [];
  const complaints: string[] = [];
  // Where the log's lines of failures are, too.
  createInterface(child.stderr).on("line", (line) => (line.startsWith("{") ? said : complaints).push(line));
  const lines = createInterface(child.stdout).on("line", (line) => said.push(line));
  const exited = once(child, "exit");
  await Promise.race([once(lines, "line"), exited]);
  const [, at = ""] = /^Listening on (\S+):/.exec(said[0] ?? "") ?? [];
  const logged = () => said.filter((line) => line.startsWith("{")).map((line): Line => JSON.parse(line));
  return {
    at,
    origin: `http://127.0.0.1:${at}`,
    child,
    exited,
    said,
    complaints,
    logged,
    /** The line of a request whose path ends so, once it is there. */
    line: (end: string) =>
      eventually(() => logged().find(({ message }) => message.endsWith(end)), `a line of ${end}`),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** What is found in the end. Throws when it is not, in 15 s. */
export async function eventually<T>(
  find: () => T | undefined | Promise<T | undefined>,
  what: string,
): Promise<T> {
  for (let patience = 750; patience > 0; patience--) {
    const found = await find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`expected ${what}`);
}

/** Words sent as they are over a connection, and all that comes back until it is closed. */
export async function exchange(port: string, words: string): Promise<string> {
  const socket = connect(Number(port), "127.0.0.1");
  socket.write(words);
  return text(socket);
}

/** An http source on this machine. */
export async function source(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
