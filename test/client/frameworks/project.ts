import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { shell } from "../../package/installed.ts";

/** The README of the client. */
export const readme = readFileSync(new URL("../../../lib/client/README.md", import.meta.url), "utf8");
const root = fileURLToPath(new URL("../../..", import.meta.url));
const run = promisify(execFile);

/** What a user's programs sign with. */
export const keys = { IMGPROXY_KEY: "943b421c9eb07c83", IMGPROXY_SALT: "520f986b998545b4" };

/** The code of the client's README that names its file. Throws when there is none. */
export function snippet(file: string): string {
  const blocks = [...readme.matchAll(/```\w+\n(.*?)```/gs)].map(([, code = ""]) => code);
  const found = blocks.find((code) => new RegExp(`^(---\\n)?// ${file}(,.*)?$`, "m").test(code));
  if (!found) throw new Error(`${file}: expected a snippet of it in lib/client/README.md`);
  return found;
}

/** As projects compile; ours is compiled from its source, more strictly, elsewhere. */
const COMPILING =
  "--noEmit --strict --skipLibCheck --allowImportingTsExtensions --module esnext --moduleResolution bundler --target es2024 --lib es2024,dom --types"
    .split(" ")
    .concat("");

/**
 * A folder outside the repository with packages from npm and the client, as a user has them; `undefined` when npm cannot fetch them.
 * What the README says of a user's own place and bucket is said of this machine's.
 */
export async function ownProject(origin: string, ...packages: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "shutterspeed-framework-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const write = (file: string, code: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(
      join(folder, file),
      code
        .replaceAll("https://d111111abcdef8.cloudfront.net", origin)
        .replaceAll("s3://my-pictures", "s3://pictures"),
    );
  };
  write("package.json", '{ "type": "module" }');
  const flags = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"];
  const options = { cwd: folder, env: shell, timeout: 180_000 };
  const isThere = await run("npm", ["install", ...flags, ...packages], options).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    remove();
    return undefined;
  }
  write(
    "node_modules/shutterspeed/package.json",
    '{ "name": "shutterspeed", "type": "module", "exports": { "./client": { "types": "./client.d.ts", "default": "./client.js" } } }',
  );
  write("node_modules/shutterspeed/client.d.ts", `export * from "${join(root, "lib/client/index.ts")}";`);
  await build({
    absWorkingDir: root,
    entryPoints: ["lib/client/index.ts"],
    outfile: join(folder, "node_modules/shutterspeed/client.js"),
    bundle: true,
    platform: "neutral",
  });
  return {
    folder,
    write,
    /** Writes a snippet of the README where it says it is. */
    take: (file: string) => write(file, snippet(file)),
    /** What a module of the project prints as JSON. It has the keys in its environment. */
    async said(code: string): Promise<unknown> {
      write("said.mjs", code);
      const env = { ...shell, ...keys };
      const { stdout } = await run(process.execPath, ["said.mjs"], { cwd: folder, env });
      return JSON.parse(stdout);
    },
    /** What the compiler complains of in a module of the project, by the types of its packages. */
    async complaints(code: string): Promise<string> {
      write("typed.ts", code);
      const compiler = join(root, "node_modules/typescript/bin/tsc");
      const words = [compiler, ...COMPILING, "typed.ts"];
      return run(process.execPath, words, { cwd: folder }).then(
        () => "",
        ({ stdout }) =>
          String(stdout)
            .split(/\n(?=\S)/)
            .filter((complaint) => complaint.startsWith("typed.ts"))
            .join("\n"),
      );
    },
    [Symbol.dispose]: remove,
  };
}

/** The URLs of an attribute `srcset`, with what each is for. */
export const candidates = (srcset: string): readonly (readonly [url: string, descriptor: string])[] =>
  srcset.split(", ").map((one) => {
    const [url = "", descriptor = ""] = one.split(" ");
    return [url, descriptor];
  });
