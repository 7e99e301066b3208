import { connect, createServer, type Socket } from "node:net";
import { listen } from "../lib/local/listen.ts";

/** A stretch of TCP that can be broken while it is in use. */
export interface Wire {
  /** On 127.0.0.1; leads to the port given. */
  readonly port: number;
  /** What happens on it from now on, also to the connections it carries. */
  set(state: WireState): void;
  /** Leads new connections to another port. */
  lead(port: number): void;
  stop(): void;
}

/**
 * `flows`; `stalls`: connections open, and no byte moves; `resets`: connections end in a TCP reset;
 * `cuts`: an answer ends in a reset after its first 4 KB.
 */
export type WireState = "flows" | "stalls" | "resets" | "cuts";

/** bytes of an answer that pass a wire that cuts. */
const CUT_AFTER = 4096;

/** Strings a wire to a port of this machine. */
export async function startWire(to: number): Promise<Wire> {
  let state: WireState = "flows";
  let target = to;
  const pairs = new Set<readonly [Socket, Socket]>();

  const apply = (pair: readonly [Socket, Socket]) => {
    for (const socket of pair) {
      if (state === "resets") socket.resetAndDestroy();
      else if (state === "stalls") socket.pause();
      else socket.resume();
    }
  };
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    const pair = [near, far] as const;
    pairs.add(pair);
    let passed = 0;
    near.on("data", (bytes) => far.write(bytes));
    far.on("data", (bytes) => {
      passed += bytes.length;
      near.write(bytes);
      if (state === "cuts" && passed > CUT_AFTER) near.resetAndDestroy();
    });
    for (const [one, other] of [pair, [far, near]] as const) {
      one.on("end", () => other.end());
      one.on("close", () => {
        other.destroy();
        pairs.delete(pair);
      });
      one.on("error", () => {});
    }
    apply(pair);
  });
  const port = await listen(server);
  const set = (next: WireState) => {
    state = next;
    for (const pair of [...pairs]) apply(pair);
  };
  const lead = (port: number) => {
    target = port;
  };
  const stop = () => {
    server.close();
    for (const [near, far] of pairs) {
      near.destroy();
      far.destroy();
    }
  };
  return { port, set, lead, stop };
}
