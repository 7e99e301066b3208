// Asks for addresses inside in every disguise, and prints where each was refused: node test/source/ssrf-table.ts
import { tryEscapes } from "./ssrf.ts";

const rows = await tryEscapes();
process.stdout.write(
  "| as written | what it resolves to | refused | dialled inside |\n| --- | --- | --- | --- |\n",
);
for (const { written, resolvesTo, refused, dialled } of rows)
  process.stdout.write(
    `| \`${written}\` | ${resolvesTo} | ${refused} | ${dialled.join(" ") || "nobody"} |\n`,
  );
const escaped = rows.filter(({ dialled }) => dialled.length > 0);
process.stdout.write(`\n${escaped.length} escapes of ${rows.length}\n`);
process.exit(escaped.length === 0 ? 0 : 1);
