// The program of a process that serves: started, replaced and ended by `server.ts`.
import type { ListenOptions } from "node:net";
import { goOnUnread } from "../unread.ts";
import { lendCredentials } from "./credentials.ts";
import { door } from "./door.ts";
import { turnsFor } from "./turns.ts";
import type { ServerConfig } from "./variables.ts";

/** What such a process is told. */
export interface WorkerProps {
  readonly config: ServerConfig;
  readonly address: ListenOptions;
  /** Requests in work at once. */
  readonly slots: number;
  /** Requests that may wait beside them; `null` is any number. */
  readonly waiting: number | null;
  /** Connections at once; 0 is any number. */
  readonly clients: number;
}

/** What it tells: that it lives, that it wants another one in its place, or why it cannot serve. */
export type WorkerMessage = "alive" | "replace" | { readonly failed: string };

/** ms between two signs of life. */
const BEAT = 1000;
/** Beats for which what was given up may still be drawn; a process that has more of it is replaced. */
const LEFTOVER_BEATS = 10;

const tell = (message: WorkerMessage) => process.send?.(message);

async function serve({ config, address, slots, waiting, clients }: WorkerProps): Promise<void> {
  // Ctrl-C reaches all of us, and one decides who ends when.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
  goOnUnread();
  await lendCredentials(process.env);
  // Now: its environment is complete.
  const { answer, hasLeftovers } = await import("../../lambda/handler.ts");
  const { default: sharp } = await import("sharp");
  // As many are drawn at once as there are CPUs, and more.
  sharp.concurrency(1);
  const asking = {
    within: config.timeout * 1000,
    turns: turnsFor(slots, waiting ?? Infinity),
    metrics: config.metrics,
  };
  const server = door((http, gone) => answer(http, { ...asking, gone }), clients, config);
  server.on("error", ({ message }) =>
    tell({ failed: `IMGPROXY_BIND: it cannot be listened on: ${message}` }),
  );
  server.listen(address);
  process.on("message", (message) => {
    if (message !== "stop") return;
    server.close(() => process.exit());
    // Those that become idle later.
    setInterval(() => server.closeIdleConnections(), 50);
  });

  let leftover = 0;
  setInterval(() => {
    leftover = hasLeftovers() ? leftover + 1 : 0;
    tell(leftover > LEFTOVER_BEATS ? "replace" : "alive");
  }, BEAT).unref();
}

serve(JSON.parse(process.argv[2] ?? "{}")).catch((error: Error) => tell({ failed: error.message }));
