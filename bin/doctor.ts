// Measures the way to a bucket from here, and says which timeouts suit it: npm run doctor -- s3://bucket/key
import { parseArgs } from "node:util";
import { diagnose } from "../lib/doctor/doctor.ts";
import { reportText } from "../lib/doctor/text.ts";
import { integerIn, ours } from "../lib/settings.ts";

const usage = `npm run doctor -- s3://bucket/key [--reads 20] [--json]

Looks at the way to an object step by step: credentials, region, name, connection, TLS; reads it, every other time over a new
connection; and says what is wrong, which timeouts suit, and why. Obeys the IMGPROXY_S3_* variables.

--reads  how often the object is read (20)
--json   the report as JSON

From inside the deployed function, which may be in a VPC of its own:
aws lambda invoke --function-name NAME --cli-binary-format raw-in-base64-out \\
  --payload '{"doctor":{"bucket":"BUCKET","key":"KEY","reads":20}}' /dev/stdout`;

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { reads: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean" } },
  });
  const [source, ...more] = positionals;
  if (values.help) process.stdout.write(`${usage}\n`);
  else {
    if (!source || more.length > 0) throw new Error("expected one s3://bucket/key; --help tells more");
    const report = await diagnose(
      source,
      integerIn("--reads", values.reads ?? "20", 1, 1000),
      ours(process.env),
    );
    process.stdout.write(`${values.json ? JSON.stringify(report, undefined, 2) : reportText(report)}\n`);
    process.exitCode = report.checks.every(({ ok }) => ok) ? 0 : 1;
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
