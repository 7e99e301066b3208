import { Command } from "commander";
import type { Serving } from "../server/serving.ts";
import { exitsHelp } from "./exits.ts";
import { assertNode } from "./node.ts";
import { notInstalled } from "./not-installed.ts";

/** `shutterspeed serve`: the function behind a plain HTTP server. */
export const serveCommand = (): Command =>
  new Command("serve")
    .summary("serve pictures as a plain HTTP server, in a container or on a machine")
    .description(
      "Answers over HTTP what the function answers on Lambda, without a limit of size: for ECS, Kubernetes or a laptop. It is set by variables alone, imgproxy's and the function's: IMGPROXY_BIND, IMGPROXY_WORKERS, IMGPROXY_TIMEOUT and so on. SIGTERM and SIGINT let requests in work end.",
    )
    .option("--health", "ask the server that the variables name whether it is well, and end; for containers")
    .addHelpText("after", `${examples}${exitsHelp}`)
    .action(({ health }: { readonly health?: boolean }) => (health ? askHealth() : serve()));

const examples = `
Examples:
  PORT=9000 shutterspeed serve --health
  IMGPROXY_LOCAL_FILESYSTEM_ROOT=/pictures shutterspeed serve
  IMGPROXY_BIND=127.0.0.1:9000 IMGPROXY_S3_ENDPOINT=http://localhost:9001 shutterspeed serve
`;

async function askHealth(): Promise<void> {
  const { assertHealthy } = await import("../server/health.ts");
  await assertHealthy(process.env);
}

async function serve(): Promise<void> {
  assertNode("serve");
  const stopped = Promise.withResolvers<undefined>();
  let asked = 0;
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => {
      // Whoever asks twice does not want to wait.
      if (++asked > 1) process.exit(0);
      stopped.resolve(undefined);
    });
  }
  await import("sharp").catch(
    notInstalled("sharp is not installed, which draws the pictures: npm install sharp"),
  );
  const { thisMachine } = await import("../server/machine.ts");
  const { startServing } = await import("../server/serving.ts");
  const serving = await Promise.race([
    startServing(process.env, thisMachine(), (sentence) => process.stderr.write(`${sentence}\n`)),
    stopped.promise,
  ]);
  // What had been started by then ends with this process.
  if (!serving) process.exit(0);
  process.stdout.write(banner(serving));
  await stopped.promise;
  await serving.server.stop();
  process.exit(0);
}

function banner({ server, shares: { slots, memory }, signed }: Serving): string {
  const atOnce = slots.reduce((sum, slot) => sum + slot);
  const work = `processes ${slots.length}, pictures at once ${atOnce}, MB for each ${memory}`;
  const unsigned = signed
    ? ""
    : "Without IMGPROXY_KEY and IMGPROXY_SALT any picture is drawn for whoever asks.\n";
  return `Listening on ${server.at}: ${work}.\n${unsigned}`;
}
