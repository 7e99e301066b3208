import { RemovalPolicy, Stack, Token } from "aws-cdk-lib";
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { type Config, variables } from "../../lambda/config/variables.ts";
import type { KeysPlace } from "../../lambda/keys/places.ts";
import type { Environment } from "../environment.ts";
import { keysDigest } from "../keys/digest.ts";
import { acknowledge } from "./acknowledged.ts";
import { keyArn } from "./encryption-key.ts";

export interface SigningProps {
  /**
   * Where the keys lie that URLs are signed with, as `key:salt` in hex, several separated by commas: the ARN of a secret of Secrets
   * Manager, or the name of a SecureString of SSM.
   *
   * @default - a secret that is made, and filled, on the first deployment; it stays when the stack goes
   */
  readonly keys?: KeysPlace | undefined;
  /**
   * ARN of the KMS key they are encrypted with there.
   *
   * @default - AWS's own
   */
  readonly keysEncryptionKey?: string | undefined;
  /**
   * Whether the edge verifies signatures, so that a bad one costs nothing behind it, and a revoked key's pictures are
   * refused wherever they are kept. Without it the function verifies, and the keys that pictures are kept under hold a digest of
   * keys, signature size and trusted signatures: when a deployment changes one of them, no picture that was kept before is found.
   * Until then what a revoked key has signed stays reachable where it is kept.
   *
   * @default true, where there are keys, unless IMGPROXY_DEVELOPMENT_ERRORS_MODE wants to be told what is wrong with a signature
   */
  readonly edgeVerification?: boolean | undefined;
  /**
   * Stands in that digest for what lies in a secret or parameter, which no template knows: any word, another one after a key was
   * revoked (`shutterspeed keys revoke` tells one). Keep it where every deployment finds it, such as cdk.json: without it, what was
   * kept before is found again.
   *
   * @default - nothing but where they lie is known of them
   */
  readonly keysRevision?: string | undefined;
  /**
   * Whether there are no keys at all: any picture is drawn in any size for whoever asks.
   *
   * @default false
   */
  readonly unsigned?: boolean | undefined;
}

/** The keys that URLs are signed with: where they lie, and who may read them. */
export class Signing extends Construct {
  /** What the function is told: where they lie. */
  readonly environment: Environment;
  /** `undefined` where there are none. */
  readonly place: KeysPlace | undefined;
  readonly #arns: readonly string[];
  readonly #encryptionKey: string | undefined;

  /** `given` is the environment somebody asked for. Throws one sentence when it holds keys, or they lie nowhere they can be read. */
  constructor(scope: Construct, id: string, given: Environment, props: SigningProps) {
    super(scope, id);
    checkEnvironment(given);
    checkPlaces(props);
    const { keysRevision, edgeVerification } = props;
    if (keysRevision !== undefined && edgeVerification !== false)
      throw new Error("keysRevision: expected edgeVerification: false beside it, for else the edge verifies");
    this.place = props.unsigned ? undefined : (props.keys ?? this.#generated(props));
    this.environment = this.place === undefined ? {} : environmentOf(this.place);
    const { keysEncryptionKey: key } = props;
    this.#encryptionKey = key === undefined ? undefined : keyArn("keysEncryptionKey", key);
    this.#arns = this.place === undefined ? [] : [this.#arnOf(this.place)];
  }

  /** What the function is told beside that where no edge verifies; `known` is the environment as far as synthesis knows it. */
  digest(known: Config, { keysRevision = "" }: SigningProps): Environment {
    const lies = this.place && ("secret" in this.place ? this.place.secret : this.place.parameter);
    // The name of a secret that is made is nobody's to know yet, and stays.
    const where = lies === undefined || Token.isUnresolved(lies) ? "" : lies;
    return { [variables.keysDigest.name]: keysDigest(known, [where, keysRevision]) };
  }

  /** Lets `grantee` read the keys: the function, and whoever signs. Throws where nobody can be let. */
  grantRead(grantee: IGrantable): void {
    if (this.place === undefined) throw new Error("grantReadKeys: expected keys in a secret, got none");
    const read = "secret" in this.place ? "secretsmanager:GetSecretValue" : "ssm:GetParameter";
    Grant.addToPrincipal({ grantee, actions: [read], resourceArns: [...this.#arns] });
    const key = this.#encryptionKey;
    if (key !== undefined) Grant.addToPrincipal({ grantee, actions: ["kms:Decrypt"], resourceArns: [key] });
  }

  /** A string of hex, whose halves are key and salt: Secrets Manager makes one string, and leaves characters out. */
  #generated({ keysEncryptionKey }: SigningProps): KeysPlace {
    const secret = new Secret(this, "Keys", {
      description: "What imgproxy URLs are signed with",
      removalPolicy: RemovalPolicy.RETAIN,
      generateSecretString: {
        passwordLength: HEX_DIGITS,
        excludeUppercase: true,
        excludePunctuation: true,
        excludeCharacters: "ghijklmnopqrstuvwxyz",
        requireEachIncludedType: false,
      },
    });
    acknowledge(secret, "AwsSolutions-SMG4");
    if (keysEncryptionKey !== undefined) {
      throw new Error(
        "keysEncryptionKey: expected `keys` beside it, for the secret that is made has AWS's own",
      );
    }
    return { secret: secret.secretArn };
  }

  #arnOf(place: KeysPlace): string {
    if ("secret" in place) return place.secret;
    const resourceName = place.parameter.replace(/^\//, "");
    return Stack.of(this).formatArn({ service: "ssm", resource: "parameter", resourceName });
  }
}

/** 32 bytes for the key, 32 for the salt. */
const HEX_DIGITS = 128;

const environmentOf = (place: KeysPlace): Environment =>
  "secret" in place
    ? { [variables.keysSecret.name]: place.secret }
    : { [variables.keysParameter.name]: place.parameter };

/** A template shows its environment to whoever may read it, and a deployment from a shell without these would sign anew. */
function checkEnvironment(given: Environment): void {
  if ([variables.keys, variables.salts].every(({ name }) => (given[name] ?? "").trim() === "")) return;
  throw new Error(
    "IMGPROXY_KEY and IMGPROXY_SALT: expected them in a secret, as key:salt, whose ARN `keys` (-c keysSecret=ARN) says, for a template shows its environment; without either, the first deployment makes a secret",
  );
}

function checkPlaces({ keys, unsigned }: SigningProps): void {
  if (keys === undefined) return;
  if (unsigned) throw new Error("keys: expected them in one place, got also unsigned");
  const arn = "secret" in keys ? keys.secret : undefined;
  if (arn === undefined || Token.isUnresolved(arn)) return;
  if (/^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:.+/.test(arn)) return;
  throw new Error(`keys: expected the ARN of a secret of Secrets Manager, got "${arn}"`);
}
