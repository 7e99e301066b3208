import { spawn } from "node:child_process";
import { relative } from "node:path";
import type { Session } from "../local/session.ts";
import { paintFor } from "./paint.ts";

/** Names of files that a line shows. */
const SHOWN = 3;

/** Says what is served, URLs to click, and where things lie. */
export function tell({ origin, folder, found, examples: urls, keys, log }: Session): void {
  const { strong, faint, bad } = paintFor(process.stdout);
  const say = (text = "") => process.stdout.write(`${text}\n`);
  for (const sentence of found.unreadable) process.stderr.write(`${sentence}; it is passed over\n`);
  say(`Serving ${found.pictures.length} pictures of ${relative("", folder) || "."} at ${strong(origin)}`);
  if (found.pictures.length === 0) say(bad("There is no picture of a format that is read."));
  if (found.others.length > 0) {
    const more = found.others.length > SHOWN ? ", …" : "";
    say(
      faint(
        `${found.others.length} other files are no pictures by their names: ${found.others.slice(0, SHOWN).join(", ")}${more}`,
      ),
    );
  }
  say(`Open ${strong(`${origin}/`)} to try options on them.`);
  say();
  for (const [says, url] of urls) say(`  ${says}\n  ${url}\n`);
  say(
    keys
      ? `URLs are signed with the keys in ${relative("", keys)}.`
      : "URLs are signed with the shell's IMGPROXY_KEY.",
  );
  say(`The function writes its log to ${relative("", log)}. Ctrl-C ends everything.\n`);
}

/** Opens the page. */
export function openInBrowser({ origin }: Session): void {
  const command = process.platform === "darwin" ? "open" : "xdg-open";
  spawn(command, [`${origin}/`], { stdio: "ignore", detached: true })
    .on("error", () => process.stderr.write(`${command}: not found; open ${origin}/ yourself\n`))
    .unref();
}
