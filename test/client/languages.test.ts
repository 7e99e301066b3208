import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { sign } from "../../lib/client/signature.ts";
import { cache } from "../../lib/project.ts";
import signing from "../oracle/signing.json" with { type: "json" };

const { vectors } = signing;
const readme = readFileSync(new URL("../../lib/client/README.md", import.meta.url), "utf8");
const snippet = (language: string) =>
  new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(readme)?.[1] ?? "";

const folder = mkdtempSync(join(tmpdir(), "shutterspeed-languages-"));
after(() => rmSync(folder, { recursive: true }));

/** How a snippet is run on a path and a size, from one file: what stands before and behind it, and the commands. */
const languages: readonly {
  readonly name: string;
  readonly file: string;
  readonly main: string;
  readonly before?: string;
  readonly run: readonly string[];
  readonly compile?: readonly string[];
}[] = [
  {
    name: "python",
    file: "sign.py",
    main: "import sys\nprint(sign(sys.argv[1], int(sys.argv[2])))",
    run: ["python3", "sign.py"],
  },
  {
    name: "php",
    file: "sign.php",
    before: "<?php ",
    main: "echo sign($argv[1], (int) $argv[2]);",
    run: ["php", "sign.php"],
  },
  { name: "ruby", file: "sign.rb", main: "puts sign(ARGV[0], ARGV[1].to_i)", run: ["ruby", "sign.rb"] },
  {
    name: "go",
    file: "sign.go",
    main: 'func main() {\n\tsize := 32\n\tif os.Args[2] == "8" {\n\t\tsize = 8\n\t}\n\tsigned, err := sign(os.Args[1], size)\n\tif err != nil {\n\t\tpanic(err)\n\t}\n\tos.Stdout.WriteString(signed)\n}',
    compile: ["go", "build", "-o", "signing", "sign.go"],
    run: ["./signing"],
  },
  {
    name: "java",
    file: "Main.java",
    main: "class Main { public static void main(String[] a) throws Exception { System.out.println(Signing.sign(a[0], Integer.parseInt(a[1]))); } }",
    compile: ["javac", "Main.java"],
    run: ["java", "Main"],
  },
];

const isThere = (program: string) => spawnSync(program, ["--version"]).error === undefined;

describe("what the client signs, and what each language of lib/client/README.md does", () => {
  for (const { id, key, salt, path, size, signature } of vectors) {
    const bytes = (hex: string) => Buffer.from(hex, "hex");
    test(id, () => assert.equal(sign(path, bytes(key), bytes(salt), size), signature));
  }

  for (const { name, file, main, before = "", run, compile = run } of languages) {
    const [program = "", ...words] = run;
    const [compiler = ""] = compile;
    test(`in ${name}`, { skip: !isThere(compiler) && `no ${compiler} on this machine` }, () => {
      assert.notEqual(snippet(name), "", "no snippet");
      writeFileSync(join(folder, file), `${before}${snippet(name)}\n${main}\n`);
      const env = { ...process.env, GOCACHE: join(cache, "go"), GOFLAGS: "-mod=mod" };
      const made =
        compile === run
          ? undefined
          : spawnSync(compiler, compile.slice(1), { cwd: folder, env, encoding: "utf8" });
      assert.equal(made?.status ?? 0, 0, made?.stderr);
      for (const { id, key, salt, path, size, signature } of vectors) {
        const own = { ...env, IMGPROXY_KEY: key, IMGPROXY_SALT: salt };
        const { stdout, stderr } = spawnSync(program, [...words, path, String(size)], {
          cwd: folder,
          env: own,
          encoding: "utf8",
        });
        assert.equal(stdout.trim(), signature, `${id}: ${stderr}`);
      }
    });
  }
});
