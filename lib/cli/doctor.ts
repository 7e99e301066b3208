import { Command } from "commander";
import { integerIn, ours } from "../settings.ts";
import { exits, exitsHelp } from "./exits.ts";
import { notInstalled } from "./not-installed.ts";
import { asUsage } from "./usage.ts";

/** `shutterspeed doctor`: measures the way to a bucket from here. */
export const doctorCommand = (): Command =>
  new Command("doctor")
    .summary("measure the way to a bucket, and say which timeouts suit it")
    .description(
      "Looks at the way to an object step by step: credentials, region, name, connection, TLS; reads it, every other time over a new connection; and says what is wrong, which timeouts suit, and why. Obeys the IMGPROXY_S3_* variables.",
    )
    .argument("<source>", "s3://bucket/key")
    .option("--reads <number>", "how often the object is read", "20")
    .option("--json", "the report as JSON")
    .addHelpText("after", `${examples}${exitsHelp}`)
    .action(examine);

const examples = `
Examples:
  shutterspeed doctor s3://my-pictures/cat.jpg

From inside the deployed function, which may be in a VPC of its own:
  aws lambda invoke --function-name NAME --cli-binary-format raw-in-base64-out \\
    --payload '{"doctor":{"bucket":"BUCKET","key":"KEY","reads":20}}' /dev/stdout
`;

interface Said {
  readonly reads: string;
  readonly json?: boolean;
}

/** Who does not examine a bucket does not install what speaks to it. */
const doctor = () =>
  import("../doctor/doctor.ts").catch(
    notInstalled("the AWS SDK is not installed, which speaks to S3: npm install @aws-sdk/client-s3"),
  );

async function examine(source: string, { reads, json }: Said, command: Command): Promise<void> {
  const { diagnose } = await doctor();
  const { reportText } = await import("../doctor/text.ts");
  const asked = asUsage(command, () => {
    const count = integerIn("--reads", reads, 1, 1000);
    return diagnose(source, count, ours(process.env));
  });
  const report = await asked;
  process.stdout.write(`${json ? JSON.stringify(report, undefined, 2) : reportText(report)}\n`);
  if (!report.checks.every(({ ok }) => ok)) process.exitCode = exits.refused;
}
