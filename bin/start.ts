import { createWriteStream, mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startSession } from "../lib/local/session.ts";
import { requestLine, whole } from "../lib/local/terminal.ts";

/** `npm start`: the whole thing on this machine, on a folder of pictures. */
const home = join(import.meta.dirname, "..", ".local");
/** ms to wait for the copies before the URLs are shown; a large folder goes on behind them. */
const COPYING = 3000;

const stopped = Promise.withResolvers<void>();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => stopped.resolve());

try {
  const { values } = parseArgs({
    options: {
      pictures: { type: "string" },
      port: { type: "string", default: "8080" },
      memory: { type: "string", default: "1769" },
      timeout: { type: "string", default: "20" },
    },
  });
  mkdirSync(home, { recursive: true });
  const log = createWriteStream(join(home, "function.log"));
  const session = await startSession({
    home,
    pictures: values.pictures,
    port: whole("--port", values.port, 0, 65_535),
    memory: whole("--memory", values.memory, 128, 10_240),
    timeout: whole("--timeout", values.timeout, 1, 900),
    env: ours(process.env),
    served: (served) => console.log(requestLine(served)),
    log: (line) => log.write(`${line}\n`),
    complain: (line) => console.error(line),
  });
  await Promise.race([session.complete, stopped.promise, pause(COPYING, undefined, { ref: false })]);

  const { origin, folder, count, examples } = session;
  console.log(`Shutterspeed serves ${count} pictures of ${relative("", folder) || "."} at ${origin}`);
  console.log(
    `The function writes its log to ${relative("", join(home, "function.log"))}. Ctrl-C ends everything.\n`,
  );
  for (const [says, url] of examples) console.log(`  ${says}\n  ${url}\n`);

  await stopped.promise;
  await session.stop();
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

/** The variables that are the function's. */
function ours(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const named = Object.entries(env).filter(([name]) => /^(IMGPROXY|SHUTTERSPEED)_/.test(name));
  return Object.fromEntries(named.map(([name, value = ""]) => [name, value]));
}
