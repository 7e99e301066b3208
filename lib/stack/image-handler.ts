import type { Distribution } from "aws-cdk-lib/aws-cloudfront";
import type { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import type { Alias, Function as Lambda } from "aws-cdk-lib/aws-lambda";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { KeysPlace } from "../../lambda/keys/places.ts";
import { acknowledgeGrants } from "./acknowledged.ts";
import { Delivery, type DeliveryProps } from "./delivery.ts";
import { Emptying } from "./emptying.ts";
import { ImageFunction, type ImageFunctionProps } from "./image-function.ts";
import { Page } from "./page.ts";
import { eventsOf, Purge, type PurgeProps } from "./purge.ts";
import { SampleUrls } from "./sample-urls.ts";
import { Storage, type StorageProps } from "./storage.ts";
import { variablesAsText } from "./variables.ts";
import { type Warming, WarmUp } from "./warming.ts";
import { Watching, type WatchingProps } from "./watching.ts";

/** What of it is to be settled; nothing has to be. */
export interface ImageHandlerProps
  extends StorageProps,
    ImageFunctionProps,
    Omit<DeliveryProps, "images" | "derivatives">,
    PurgeProps,
    WatchingProps {
  /**
   * Which pictures are made before anybody asks, by a state machine.
   *
   * @default - none
   */
  readonly warming?: Warming | undefined;
  /**
   * Whether `/playground` answers a page on which options are tried on pictures. Whoever reaches it reads the presets and limits that are
   * set, and no key: who is to sign types one in.
   *
   * @default false
   */
  readonly playground?: boolean | undefined;
}

/** Pictures in a bucket, answered to imgproxy URLs by a distribution: the whole of it, for a stack of one's own. */
export class ImageHandler extends Construct {
  /** Where pictures lie. */
  readonly sources: readonly IBucket[];
  /** Where finished pictures are kept. */
  readonly derivatives: IBucket;
  /** Where pictures are asked for. */
  readonly distribution: Distribution;
  /** What draws them. */
  readonly function: Lambda;
  /** The version of the function that answers. */
  readonly alias: Alias;
  /** What takes changes of pictures; `undefined` where nothing does. */
  readonly purging: Purge | undefined;

  /** Where the keys lie that URLs are signed with; `undefined` where there are none. */
  readonly keys: KeysPlace | undefined;
  /** ARN of the edge's KeyValueStore; `undefined` where the edge verifies nothing. */
  readonly keyValueStoreArn: string | undefined;
  /** Alarms of its health, by the names of their thresholds; none where `alarms` is false. */
  readonly alarms: ReadonlyMap<string, Alarm>;
  /** Id of the template of the FIS experiment; `undefined` without `chaos`. */
  readonly experiment: string | undefined;
  /** What has pictures made before anybody asks; `undefined` without `warming`. */
  readonly warmUp: WarmUp | undefined;
  readonly #images: ImageFunction;
  readonly #storage: Storage;

  /** Throws one sentence that names what could not work, and says what to do. */
  constructor(scope: Construct, id: string, props: ImageHandlerProps = {}) {
    super(scope, id);
    const storage = new Storage(this, "Storage", props);
    const { sources, derivatives } = storage;
    const images = new ImageFunction(this, "Images", { ...props, sources, derivatives });
    const { s3AssumeRoleArn: role } = images.config;
    if (props.edgeVerification && images.signing.place === undefined)
      throw new Error("edgeVerification: expected keys to verify signatures with, got unsigned");
    if (role === "") storage.grantReadSources(images.function);
    else storage.letIn(role);
    storage.grantKeepDerivatives(images.function);
    acknowledgeGrants(images, storage.objects);
    const delivery = new Delivery(this, "Delivery", { ...props, images, derivatives });
    const { distribution } = delivery;

    const { purge = true } = props;
    const environment = variablesAsText(props.environment);
    this.purging = purge
      ? new Purge(this, "Purge", {
          ...{ images, environment, derivatives, distribution, logs: props },
          sources: storage.sourceObjects,
          events: eventsOf(purge),
        })
      : undefined;
    const deadLetterQueue = this.purging?.deadLetterQueue;
    const watching = new Watching(this, "Watching", { ...props, images, delivery, deadLetterQueue });
    this.alarms = watching.alarms;
    this.experiment = watching.experiment;

    this.sources = sources;
    this.derivatives = derivatives;
    this.distribution = distribution;
    this.function = images.function;
    this.alias = images.alias;
    this.#images = images;
    this.#storage = storage;
    this.keys = images.signing.place;
    if (props.playground) new Page(this, "Playground", { images, distribution });
    const { warming } = props;
    const { memorySize } = images;
    this.warmUp =
      warming &&
      new WarmUp(this, "WarmUp", { warming, images, origin: this.origin, sources, derivatives, memorySize });
    if (storage.derivativesGo) {
      const writers = [images.function.role, this.warmUp?.stateMachine.role];
      const { code, architecture } = images;
      new Emptying(this, "Emptying", { bucket: derivatives, writers, code, architecture });
    }
    this.keyValueStoreArn = delivery.edgeKeys?.store.keyValueStoreArn;
  }

  /** Lets a backend that signs read the keys. Throws where the environment holds them, or there are none. */
  grantReadKeys(grantee: IGrantable): void {
    this.#images.signing.grantRead(grantee);
  }

  /**
   * Has the deployment look for pictures and sign URLs of them: text to put out, which holds them, separated by spaces, or says how to
   * come by some. `undefined` where another role reads the pictures. To be called once.
   */
  sampleUrls(): string | undefined {
    const [pictures] = this.#storage.sourceObjects;
    const images = this.#images;
    if (pictures === undefined || images.config.s3AssumeRoleArn !== "") return undefined;
    return new SampleUrls(this, "SampleUrls", { images, pictures, origin: this.origin }).text;
  }

  /** Its URLs begin so: https://, CloudFront's name of the distribution. */
  get origin(): string {
    return `https://${this.distribution.distributionDomainName}`;
  }
}
