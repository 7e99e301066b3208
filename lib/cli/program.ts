import { Command, CommanderError } from "commander";
import project from "../../package.json" with { type: "json" };
import { capacityCommand } from "./capacity.ts";
import { doctorCommand } from "./doctor.ts";
import { exits } from "./exits.ts";
import { explainCommand } from "./explain.ts";
import { keysCommand } from "./keys.ts";
import { paintFor } from "./paint.ts";
import { purgeCommand } from "./purge.ts";
import { serveCommand } from "./serve.ts";
import { signCommand } from "./sign.ts";
import { startCommand } from "./start.ts";
import { warmCommand } from "./warm.ts";

/** The commands, in the order help tells them. Each file makes one, and imports what it works with only when it runs. */
const commands: readonly (() => Command)[] = [
  startCommand,
  serveCommand,
  signCommand,
  explainCommand,
  doctorCommand,
  capacityCommand,
  keysCommand,
  warmCommand,
  purgeCommand,
];

/** The whole command line. */
export function program(): Command {
  const whole = new Command("shutterspeed")
    .description(
      "imgproxy on AWS Lambda: try it on your pictures, sign URLs, find out why one is refused, measure and reckon a deployment.",
    )
    .version(project.version)
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      "\nExample:\n  shutterspeed start pictures/\n\nshutterspeed COMMAND --help tells more.",
    );
  for (const make of commands) whole.addCommand(make());
  for (const one of [whole, ...whole.commands]) one.exitOverride().configureOutput(output);
  return whole;
}

/** Complaints in one line each. */
const output = {
  outputError: (text: string, write: (text: string) => void) =>
    write(
      paintFor(process.stderr)
        .bad(
          text
            .replace(/^error: /, "")
            .trim()
            .replaceAll("\n", " "),
        )
        .concat("\n"),
    ),
};

/** Runs it on these words. Resolves with the exit status, and never rejects: what is wrong is one line. */
export async function run(words: readonly string[]): Promise<number> {
  const whole = program();
  try {
    if (words.length === 0) whole.help({ error: true });
    await whole.parseAsync([...words], { from: "user" });
    return Number(process.exitCode ?? exits.fine);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exits.fine : exits.usage;
    const { bad } = paintFor(process.stderr);
    process.stderr.write(`${bad(error instanceof Error ? error.message : String(error))}\n`);
    return exits.refused;
  }
}
