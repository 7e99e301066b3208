#!/usr/bin/env node
import { run } from "../lib/cli/program.ts";
import { goOnUnread } from "../lib/unread.ts";

/** `shutterspeed COMMAND …` */
goOnUnread();
process.exitCode = await run(process.argv.slice(2));
