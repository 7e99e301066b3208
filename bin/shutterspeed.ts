#!/usr/bin/env node
import { run } from "../lib/cli/program.ts";

/** `shutterspeed COMMAND …` */
process.exitCode = await run(process.argv.slice(2));
