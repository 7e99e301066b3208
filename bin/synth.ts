import { spawnSync } from "node:child_process";
import project from "../cdk.json" with { type: "json" };
import { written } from "../lib/stack/written.ts";

/** Synthesizes, with the words of the command line, and names what it wrote. */
const words = ["synth", "--quiet", ...process.argv.slice(2)];
const { status } = spawnSync("cdk", words, { stdio: "inherit", shell: process.platform === "win32" });
if (status === 0) for (const line of written(project.output)) console.log(line);
process.exitCode = status ?? 1;
