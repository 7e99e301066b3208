import { Command } from "commander";
import { readConfig } from "../../lambda/config/variables.ts";
import type { Wanted } from "../purge/asked.ts";
import { localPlace } from "../purge/places.ts";
import { integerIn, ours } from "../settings.ts";
import { HOME } from "./environment.ts";
import { exitsHelp } from "./exits.ts";
import { notInstalled } from "./not-installed.ts";
import { asUsage } from "./usage.ts";

/** `shutterspeed purge`: what was made of a source goes, by hand. */
export const purgeCommand = (): Command =>
  new Command("purge")
    .summary("delete what was made of a source, and have edges drop it")
    .description(
      "Deletes what was made of a source from its bucket and from the cache, now and again when no drawing of before is under way; the function that hears of changed objects does it. Says what goes before it goes. Obeys IMGPROXY_BASE_URL, IMGPROXY_URL_REPLACEMENTS and IMGPROXY_SOURCE_URL_QUERY_SEPARATOR as the deployment does.",
    )
    .argument("[source]", "as image URLs name it: s3://bucket/key, https://host/path")
    .option("--prefix <s3://bucket/folder/>", "all objects that are there and whose keys begin so")
    .option("--all", "whatever was made of any source")
    .option(
      "--events-of <bucket>",
      "have a bucket tell EventBridge of its changes, which purge by themselves then",
    )
    .option("--stack <name>", "the deployed stack", "Shutterspeed")
    .option("--local [port]", "what start runs on this machine, on port 8080 or another one")
    .option("--dry-run", "say what would go, and leave it")
    .addHelpText("after", `${examples}${exitsHelp}`)
    .action(purge);

const examples = `
Examples:
  shutterspeed purge s3://my-pictures/cat.jpg
  shutterspeed purge --prefix s3://my-pictures/cats/ --dry-run
  shutterspeed purge --events-of my-pictures
`;

interface Said {
  readonly prefix?: string;
  readonly all?: boolean;
  readonly eventsOf?: string;
  readonly stack: string;
  readonly local?: string | true;
  readonly dryRun?: boolean;
}

/** Who signs only does not install what speaks to AWS. */
const services = () =>
  import("../purge/services.ts").catch(
    notInstalled(
      "the AWS SDK is not installed, which speaks to AWS: npm install @aws-sdk/client-s3 @smithy/core @smithy/signature-v4",
    ),
  );

async function purge(source: string | undefined, said: Said, command: Command): Promise<void> {
  const { prefix, all, eventsOf, local } = said;
  if ([source, prefix, all, eventsOf].filter((one) => one !== undefined).length !== 1)
    command.error("expected one of SOURCE, --prefix, --all and --events-of");
  const port = asUsage(command, () =>
    integerIn("--local", local === true ? "8080" : (local ?? "0"), 0, 65_535),
  );
  const wanted = asUsage(command, () => wantedOf(source, prefix));
  if (eventsOf !== undefined) {
    const { tellEventBridge } = await services();
    const did = await tellEventBridge(eventsOf);
    process.stdout.write(
      `${eventsOf}: tells EventBridge of its changes${did ? " from now on" : " already"}\n`,
    );
    return;
  }
  const place = local === undefined ? { stack: said.stack } : localPlace(HOME, port);
  const { purgeServices } = await services();
  const { planPurge } = await import("../purge/asked.ts");
  const plan = await planPurge(
    wanted,
    await purgeServices(place, readConfig(ours(process.env)), process.env),
  );
  process.stdout.write(`${plan.says}\n`);
  if (said.dryRun) return;
  const sent = await plan.go();
  process.stdout.write(
    `handed over in ${sent === 1 ? "a message" : `${sent} messages`}: gone in seconds, and once more later\n`,
  );
}

function wantedOf(source: string | undefined, prefix: string | undefined): Wanted {
  if (source !== undefined) return { source };
  if (prefix === undefined) return { all: true };
  const [, bucket, folder = ""] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(prefix) ?? [];
  if (bucket !== undefined) return { bucket, prefix: folder };
  throw new Error(`--prefix: expected s3://bucket/folder/, got "${prefix}"`);
}
