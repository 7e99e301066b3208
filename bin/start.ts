import { createWriteStream, mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startSession } from "../lib/local/session.ts";
import { requestLine } from "../lib/local/terminal.ts";
import { integerIn, ours } from "../lib/settings.ts";

/** `npm start`: the whole thing on this machine, on a folder of pictures. */
const home = join(import.meta.dirname, "..", ".local");
const logFile = join(home, "function.log");
/** ms to wait for the copies before the URLs are shown; a large folder goes on behind them. */
const COPYING = 3000;

const stopped = Promise.withResolvers<undefined>();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => stopped.resolve(undefined));

try {
  const session = await Promise.race([start(), stopped.promise]);
  // What had been started by then is tied to this process and ends with it.
  if (!session) process.exit(0);
  const copied = session.complete.then(() => "");
  const still = await Promise.race([copied, stopped.promise, pause(COPYING, ", still being copied")]);

  const { origin, folder, count, examples } = session;
  console.log(`Serving ${count} pictures of ${relative("", folder) || "."}${still ?? ""} at ${origin}\n`);
  for (const [says, url] of examples) console.log(`  ${says}\n  ${url}\n`);
  console.log(`The function writes its log to ${relative("", logFile)}. Ctrl-C ends everything.\n`);

  await stopped.promise;
  await session.stop();
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

function start() {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { pictures: text, port: text, memory: text, timeout: text } });
  mkdirSync(home, { recursive: true });
  const log = createWriteStream(logFile);
  return startSession({
    home,
    pictures: values.pictures,
    port: integerIn("--port", values.port ?? "8080", 0, 65_535),
    memory: integerIn("--memory", values.memory ?? "1769", 128, 10_240),
    timeout: integerIn("--timeout", values.timeout ?? "20", 1, 900),
    env: ours(process.env),
    served: (served) => console.log(requestLine(served)),
    log: (line) => log.write(`${line}\n`),
    complain: (line) => console.error(line),
  });
}
