// Writes the hashes of what is drawn now: node test/image/drawn/write.ts
// Refuses while pixels differ and lambda/url/drawing-version.ts says what it said before; --same-version insists (nothing was deployed since).
import { writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { differing, draw, file, written } from "./cases.ts";

const now = await draw();
const before = (() => {
  try {
    return written();
  } catch {
    return undefined;
  }
})();
const different = before ? differing(before, now) : [];
const insists = process.argv.includes("--same-version");
if (before && different.length > 0 && isDeepStrictEqual(before.drawing, now.drawing) && !insists) {
  process.stderr.write(`${different.join("\n")}\n`);
  process.stderr.write(
    "They are drawn differently now: raise the version in lambda/url/drawing-version.ts\n",
  );
  process.exitCode = 1;
} else {
  writeFileSync(file, `${JSON.stringify(now, undefined, 2)}\n`);
}
