// Asks `parse` 200,000 random and damaged URLs, and prints what came of them: npm run fuzz [-- COUNT SEED]
import { fuzz } from "./fuzz-urls.ts";

const [count = "200000", seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
const began = performance.now();
const outcomes = fuzz(Number(count), Number(seed));
const seconds = ((performance.now() - began) / 1000).toFixed(1);
process.stdout.write(`${count} URLs of seed ${seed} in ${seconds} s: ${JSON.stringify(outcomes)}\n`);
