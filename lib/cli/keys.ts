import { Command } from "commander";
import type { KeysKept } from "../keys/rotation.ts";
import { HOME } from "./environment.ts";
import { exitsHelp } from "./exits.ts";
import { notInstalled } from "./not-installed.ts";

/** `shutterspeed keys`: what URLs are signed with, of a deployment or on this machine. */
export const keysCommand = (): Command =>
  new Command("keys")
    .summary("list, rotate or revoke the keys of a deployment, or of this machine")
    .description(
      `Changes the keys that URLs are signed with, where they lie and at the edge; without --secret and --parameter those in ${HOME}, which start follows at once. rotate makes one, which is signed with from then on, and keeps the others; revoke takes one away: what it signed is refused at once, also what S3 and the cache hold. Keys are shown by name only.`,
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
  shutterspeed keys rotate
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

/** Keys that are to be changed, and a sentence about what that leaves undone. */
interface Place {
  readonly kept: KeysKept;
  readonly afterRevoking?: () => Promise<string | undefined>;
}

async function change(what: string, name: string | undefined, said: Said, command: Command): Promise<void> {
  if (!["list", "rotate", "revoke"].includes(what))
    command.error(`expected list, rotate or revoke, got '${what}'`);
  if ((what === "revoke") !== (name !== undefined))
    command.error("expected a name with revoke, and with nothing else");
  const { secret, parameter, store } = said;
  if (secret !== undefined && parameter !== undefined)
    command.error("--secret and --parameter: expected one of them, got both");
  const here = secret === undefined && parameter === undefined;
  if (here && store !== undefined) command.error("--store: expected --secret or --parameter beside it");
  const { listKeys, revokeKey, rotateKeys } = await import("../keys/rotation.ts");
  const { kept, afterRevoking } = here ? await keysHere() : await keysThere(said);
  if (what === "rotate") await rotateKeys(kept);
  if (name !== undefined) await revokeKey(name, kept);
  process.stdout.write(`${(await listKeys(kept)).join("\n")}\n`);
  const left = name === undefined ? undefined : await afterRevoking?.();
  if (left !== undefined) process.stderr.write(`${left}\n`);
}

/** Those that start and sign use on this machine. Throws one sentence where they use the shell's. */
async function keysHere(): Promise<Place> {
  if (process.env.IMGPROXY_KEY || process.env.IMGPROXY_SALT) {
    throw new Error(
      `IMGPROXY_KEY and IMGPROXY_SALT: expected none in the shell, for start and sign use them in place of the keys in ${HOME}; --secret or --parameter names those of a deployment`,
    );
  }
  const { localKeys, makeHome } = await import("../local/keys.ts");
  makeHome(HOME);
  process.stderr.write(`Keys of this machine, in ${HOME}:\n`);
  return { kept: localKeys(HOME) };
}

async function keysThere({ secret, parameter, store }: Said): Promise<Place> {
  const { deployedKeys } = await deployed();
  const kept = await deployedKeys(secret !== undefined ? { secret } : { parameter: parameter ?? "" }, store);
  if (store !== undefined) return { kept };
  const { revisionOf } = await import("../keys/digest.ts");
  return {
    kept,
    afterRevoking: async () =>
      `The edge was not told: where it verifies, say --store too, or what that key signed is still served; where the function does, what is kept of it stays until you deploy with -c keysRevision=${revisionOf(await kept.read())}`,
  };
}
