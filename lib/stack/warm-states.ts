import { Aws } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Bucket } from "aws-cdk-lib/aws-s3";
import {
  type Chain,
  Choice,
  Condition,
  DistributedMap,
  type DistributedMapProps,
  Fail,
  type IItemReader,
  ItemBatcher,
  JsonPath,
  Pass,
  S3ManifestItemReader,
  S3ObjectsItemReader,
  Succeed,
  TaskInput,
} from "aws-cdk-lib/aws-stepfunctions";
import { LambdaInvoke } from "aws-cdk-lib/aws-stepfunctions-tasks";
import type { Construct } from "constructs";
import type { WarmPrices } from "../../lambda/warm/totals.ts";

/** What the states of a warming are made with. */
export interface WarmStatesProps {
  /** Asks for a batch, and adds up at the end. */
  readonly worker: IFunction;
  /** What an execution's input does not say. */
  readonly defaults: {
    readonly bucket: string;
    readonly prefix: string;
    readonly presets: readonly string[];
    readonly accepts: readonly string[];
  };
  /** Where pictures are asked for: https://… */
  readonly origin: string;
  readonly prices: WarmPrices;
  readonly maxConcurrency: number;
  /** Percent of pictures, and of batches. */
  readonly toleratedFailurePercentage: number;
  /** Where what batches came to is written. */
  readonly results: Results;
  readonly inventoryBucket?: string | undefined;
}

/** Where what executions came to is written. */
export interface Results {
  readonly bucket: string;
  readonly prefix: string;
}

/** Sources of a batch. With some presets it is done within minutes, and what it costs to start one is shared. */
const BATCH = 20;

/** Settings, a distributed map over a listing or an inventory, the sum, and whether it is fine. */
export function warmStates(scope: Construct, props: WarmStatesProps): Chain {
  const { defaults, inventoryBucket } = props;
  const settings = new Pass(scope, "Settings", {
    comment: "What the execution's input does not say",
    parameters: { defaults, "input.$": "$" },
  });
  const input = new Pass(scope, "Input", {
    parameters: { "asked.$": "States.JsonMerge($.defaults, $.input, false)" },
    outputPath: "$.asked",
  });
  const begin = settings.next(input);
  const end = adding(scope, props);
  const [bucketNamePath, prefix] = [JsonPath.stringAt("$.bucket"), JsonPath.stringAt("$.prefix")];
  const listing = mapOver(scope, "Objects", new Listing({ bucketNamePath, prefix }), props);
  listing.next(end);
  if (inventoryBucket === undefined) return begin.next(listing);

  const bucket = Bucket.fromBucketName(scope, "Inventories", inventoryBucket);
  const manifest = new S3ManifestItemReader({ bucket, key: JsonPath.stringAt("$.manifest") });
  const inventory = mapOver(scope, "Inventory", manifest, props);
  inventory.next(end);
  const named = Condition.isPresent("$.manifest");
  return begin.next(new Choice(scope, "Manifest named?").when(named, inventory).otherwise(listing));
}

function mapOver(
  scope: Construct,
  id: string,
  itemReader: IItemReader,
  props: WarmStatesProps,
): DistributedMap {
  const { worker, origin, prices, maxConcurrency, toleratedFailurePercentage } = props;
  const map = new WritingMap(scope, id, props.results, {
    ...{ itemReader, maxConcurrency, toleratedFailurePercentage },
    itemBatcher: new ItemBatcher({
      maxItemsPerBatch: BATCH,
      batchInput: {
        ...{ origin, prices },
        "bucket.$": "$.bucket",
        "presets.$": "$.presets",
        "accepts.$": "$.accepts",
      },
    }),
  });
  const asking = { lambdaFunction: worker, payloadResponseOnly: true };
  map.itemProcessor(new LambdaInvoke(scope, `Ask for ${id}`, asking));
  return map;
}

function adding(scope: Construct, { worker, toleratedFailurePercentage }: WarmStatesProps): LambdaInvoke {
  const adding = new LambdaInvoke(scope, "Add up", {
    lambdaFunction: worker,
    payloadResponseOnly: true,
    payload: TaskInput.fromObject({
      "ResultWriterDetails.$": "$.ResultWriterDetails",
      toleratedFailurePercentage,
    }),
  });
  const failed = new Fail(scope, "Too many failed", { error: "PicturesNotMade", causePath: "$.says" });
  const fine = Condition.booleanEquals("$.fine", true);
  adding.next(new Choice(scope, "Fine?").when(fine, new Succeed(scope, "Made")).otherwise(failed));
  return adding;
}

/** The library lets a reader whose bucket is named by the input list every bucket there is. */
class Listing extends S3ObjectsItemReader {
  override providePolicyStatements() {
    return [];
  }
}

/** The library writes results only in apps that have set a flag for it. */
class WritingMap extends DistributedMap {
  readonly #results: Results;

  constructor(scope: Construct, id: string, results: Results, props: DistributedMapProps) {
    super(scope, id, props);
    this.#results = results;
  }

  override toStateJson(): object {
    const { bucket: Bucket, prefix: Prefix } = this.#results;
    const Resource = `arn:${Aws.PARTITION}:states:::s3:putObject`;
    return { ...super.toStateJson(), ResultWriter: { Resource, Parameters: { Bucket, Prefix } } };
  }
}
