// Stands for a process that serves and still draws what was given up: asks to be replaced when it is asked for /replace.
// Where the file lies that FAILS_ONCE names, it takes that away and cannot serve.
import { existsSync, rmSync } from "node:fs";
import { createServer } from "node:http";

const { FAILS_ONCE = "" } = process.env;
if (existsSync(FAILS_ONCE)) {
  rmSync(FAILS_ONCE);
  process.exit(1);
}

const { address } = JSON.parse(process.argv[2] ?? "{}");

const server = createServer((request, response) => {
  if (request.url === "/replace") process.send?.("replace");
  // One that is in work when it is replaced.
  setTimeout(() => response.end(String(process.pid)), request.url === "/slow" ? 2000 : 0);
}).listen(address);
process.on("message", () => server.close(() => process.exit()));
setInterval(() => process.send?.("alive"), 200);
