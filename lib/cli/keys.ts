import { Command } from "commander";
import { exitsHelp } from "./exits.ts";
import { notInstalled } from "./not-installed.ts";

/** `shutterspeed keys`: what URLs of a deployment are signed with. */
export const keysCommand = (): Command =>
  new Command("keys")
    .summary("list, rotate or revoke the keys of a deployment")
    .description(
      "Changes the keys that URLs are signed with, where they lie and at the edge. rotate makes one, which is signed with from then on, and keeps the others; revoke takes one away: what it signed is refused at once, also what S3 and the cache hold. Keys are shown by name only.",
    )
    .argument("<what>", "list, rotate or revoke")
    .argument("[name]", "of the key to revoke")
    .option("--secret <arn>", "the secret they lie in: the stack's output Keys")
    .option("--parameter <name>", "the SecureString they lie in")
    .option("--store <arn>", "the edge's store: the stack's output KeyValueStore")
    .addHelpText("after", `${examples}${exitsHelp}`)
    .action(change);

const examples = `
Examples:
  shutterspeed keys list --secret ARN
  shutterspeed keys rotate --secret ARN --store ARN
  shutterspeed keys revoke 1f2e3d4c --secret ARN --store ARN
`;

interface Said {
  readonly secret?: string;
  readonly parameter?: string;
  readonly store?: string;
}

/** Who signs only does not install what speaks to AWS. */
const deployed = () =>
  import("../keys/deployed.ts").catch(
    notInstalled(
      "the AWS SDK is not installed, which speaks to AWS: npm install @aws-sdk/client-s3 @smithy/core @smithy/signature-v4 @smithy/signature-v4a",
    ),
  );

async function change(
  what: string,
  name: string | undefined,
  { secret, parameter, store }: Said,
  command: Command,
): Promise<void> {
  if (!["list", "rotate", "revoke"].includes(what))
    command.error(`expected list, rotate or revoke, got '${what}'`);
  if ((what === "revoke") !== (name !== undefined))
    command.error("expected a name with revoke, and with nothing else");
  const place = secret !== undefined ? { secret } : { parameter: parameter ?? "" };
  if ((secret === undefined) === (parameter === undefined)) command.error("expected --secret or --parameter");
  const { deployedKeys } = await deployed();
  const { listKeys, revokeKey, rotateKeys } = await import("../keys/rotation.ts");
  const kept = await deployedKeys(place, store);
  if (what === "rotate") await rotateKeys(kept);
  if (name !== undefined) await revokeKey(name, kept);
  process.stdout.write(`${(await listKeys(kept)).join("\n")}\n`);
}
