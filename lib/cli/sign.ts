import { Command } from "commander";
import { readConfig } from "../../lambda/config/variables.ts";
import { Words } from "../../lambda/contract/args.ts";
import { type OptionValues, readSegment } from "../../lambda/contract/option.ts";
import { everyOption, optionsByName } from "../../lambda/options/index.ts";
import { imageUrls } from "../client/index.ts";
import { HOME, signingEnvironment } from "./environment.ts";
import { exitsHelp } from "./exits.ts";

/** `shutterspeed sign`: prints a signed URL. */
export function signCommand(): Command {
  const command = new Command("sign")
    .summary("print the signed URL of a picture")
    .description(
      `Prints the signed URL of a picture. Signs with IMGPROXY_KEY and IMGPROXY_SALT of the shell, else with those that start made in ${HOME}.`,
    )
    .argument("<source>", "s3://bucket/key")
    .option("--base <url>", "where pictures are served", "http://localhost:8080")
    .option("--base64", "write the source in base64 instead of plainly")
    .addHelpText("after", `${examples}${exitsHelp}`)
    .action((source: string, said: Readonly<Record<string, unknown>>) => {
      process.stdout.write(`${signedUrl(source, said, command)}\n`);
    });
  for (const { name, doc, example } of everyOption)
    command.option(`--${name} <arguments>`, `${doc} ${shown(example)}`);
  return command;
}

const shown = (example: string) => `(${example.slice(example.indexOf(":") + 1)})`;

const examples = `
Examples:
  shutterspeed sign s3://pictures/cat.jpg --resize fill:300:200 --format webp
  shutterspeed sign s3://my-pictures/cat.jpg --width 800 --base https://d111111abcdef8.cloudfront.net
`;

function signedUrl(source: string, said: Readonly<Record<string, unknown>>, command: Command): string {
  // Names as they were declared; the library writes them in camel case.
  const given = command.options.flatMap((flag) => {
    const [option, words] = [optionsByName.get(flag.name()), said[flag.attributeName()]];
    return option && typeof words === "string" ? [{ option, words }] : [];
  });
  const options = given.reduce<OptionValues>(
    (soFar, { option, words }) => readSegment(option, new Words(words.split(":")), soFar),
    {},
  );
  const environment = signingEnvironment(HOME);
  const { signatureSize, argumentsSeparator, onlyPresets, pathPrefix } = readConfig(environment);
  const { IMGPROXY_KEY: key, IMGPROXY_SALT: salt } = environment;
  const urls = imageUrls({
    ...{ key, salt, signatureSize, argumentsSeparator, onlyPresets },
    base: String(said.base).replace(/\/+$/, "") + pathPrefix,
    encoding: said.base64 ? "base64" : "plain",
  });
  return urls.url(source, options);
}
