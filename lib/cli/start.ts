import { Command } from "commander";
import type { Session } from "../local/session.ts";
import { integerIn, ours } from "../settings.ts";
import { openInBrowser, tell } from "./banner.ts";
import { HOME } from "./environment.ts";
import { exitsHelp } from "./exits.ts";
import { assertNode } from "./node.ts";
import { paintFor } from "./paint.ts";
import { progressBar } from "./progress.ts";
import { requestLine } from "./request-line.ts";
import { asUsage } from "./usage.ts";

/** `shutterspeed start`: the whole thing on this machine, on a folder of pictures. */
export const startCommand = (): Command =>
  new Command("start")
    .summary("serve a folder of pictures on this machine, as it would be in the cloud")
    .description(
      "Serves a folder of pictures on this machine: the edge function, a cache, the function in Lambda's own runtime client. Prints URLs to click; every IMGPROXY_* variable of the shell reaches the function. Linux and macOS.",
    )
    .argument("[folder]", "your pictures, subfolders too; without it sample pictures are drawn")
    .option("--pictures <folder>", "the same")
    .option("--port <number>", "where to listen; 0 takes a free one", "8080")
    .option("--host <address>", "who may ask: this machine alone, or 0.0.0.0 for all", "127.0.0.1")
    .option("--memory <MB>", "memory of the function", "1769")
    .option("--timeout <seconds>", "time of the function", "20")
    .option("--open", "open the page in the browser")
    .addHelpText("after", `${examples}${exitsHelp}`)
    .action((folder: string | undefined, said: Said, command: Command) => {
      if (folder !== undefined && said.pictures !== undefined) {
        command.error("FOLDER and --pictures: expected one of them, got both");
      }
      return startServing(folder ?? said.pictures, said, command);
    });

const examples = `
Examples:
  shutterspeed start ~/Pictures
  IMGPROXY_QUALITY=60 shutterspeed start ~/Pictures --port 9000 --open
`;

interface Said {
  readonly pictures?: string;
  readonly port: string;
  readonly host: string;
  readonly memory: string;
  readonly timeout: string;
  readonly open?: boolean;
}

async function startServing(pictures: string | undefined, said: Said, command: Command): Promise<void> {
  assertNode("start");
  const stopped = Promise.withResolvers<undefined>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.once(signal, () => stopped.resolve(undefined));
  const session = await Promise.race([begin(pictures, said, command), stopped.promise]);
  // What had been started by then is tied to this process and ends with it.
  if (!session) process.exit(0);
  tell(session);
  if (said.open) openInBrowser(session);
  await stopped.promise;
  await session.stop();
  process.exit(0);
}

async function begin(pictures: string | undefined, said: Said, command: Command): Promise<Session> {
  const settings = asUsage(command, () => ({
    port: integerIn("--port", said.port, 0, 65_535),
    memory: integerIn("--memory", said.memory, 128, 10_240),
    timeout: integerIn("--timeout", said.timeout, 1, 900),
  }));
  const { faint } = paintFor(process.stdout);
  process.stdout.write(
    `${faint(`Looking through ${pictures ?? "the sample pictures"}, starting the function …`)}\n`,
  );
  await assertDraws();
  const { startSession } = await import("../local/session.ts");
  return startSession({
    ...settings,
    pictures,
    home: HOME,
    host: said.host,
    env: ours(process.env),
    served: (served, reason) => process.stdout.write(`${requestLine(served, reason)}\n`),
    complain: (line) => process.stderr.write(`${line}\n`),
    drawing: progressBar("Drawing sample pictures", process.stdout),
  });
}

/** Who only signs does not install what draws. */
async function assertDraws(): Promise<void> {
  await import("sharp").catch((cause) => {
    throw new Error("sharp is not installed, which draws the pictures: npm install sharp", { cause });
  });
}
