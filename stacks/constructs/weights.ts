import { logicalName } from "../naming.ts";
import { type S3Bucket, TerraformOutput, TerraformVariable } from "../provider.ts";
import { buildBucket, type PrivateBucket } from "./bucket.ts";
import type { Foundation, NamedFleet } from "./foundation.ts";
import { fetchEncodings, OTHER_COPIES } from "./host-scripts.ts";

/** Days for which replaced weights can be restored. Ours: long enough to notice, short enough not to pay for two models for long. */
const RESTORE_DAYS = 30;

/**
 * The stack's own copy of the weights. Every server loads from here, so a start needs neither the internet nor the goodwill of a hub,
 * and all servers run the same bytes. Outside an air gap the first server fills an empty place itself.
 */
export function buildWeightsBucket(foundation: Foundation, accessLogs: PrivateBucket): S3Bucket {
  const { bucket } = buildBucket(foundation, "weights", {
    purpose: "weights",
    encryption: "key",
    expire: "versions",
    expireDays: RESTORE_DAYS,
    logTo: accessLogs,
    statements: () => [],
  });
  return bucket;
}

/** Where one model lies: repository and revision, so that two revisions never mix. */
export interface WeightsPlace {
  readonly prefix: string;
  readonly revision: string;
}

/** Whether a model is read by the encodings of gpt-oss, which its repository does not hold. */
export function readsHarmony({ model }: Pick<NamedFleet, "model">): boolean {
  return model.startsWith("gpt-oss");
}

export function weightsOf(foundation: Foundation, fleet: NamedFleet, bucket: S3Bucket): WeightsPlace {
  const { stack, config } = foundation;
  const name = logicalName("revision", fleet.name);
  const revision = new TerraformVariable(stack, name, {
    type: "string",
    default: "main",
    description: `Commit of ${fleet.hubRepo} to serve. "main" is frozen at the first download; name a commit to be exact`,
  });
  if (fleet.adapters) {
    new TerraformOutput(stack, logicalName("upload_adapter", fleet.name), {
      description: "Run for each LoRA adapter, then replace the servers; its folder is the model name that callers ask for",
      value: `aws s3 sync ./ADAPTER s3://${bucket.bucket}/adapters/${fleet.name}/ADAPTER`,
    });
  }
  // Weights made for one workload must never be mistaken for those of the hub that they came from.
  const encodings = (folder: string) => (readsHarmony(fleet) ? ` && ${fetchEncodings(folder)}` : "");
  const prefix = `models/${fleet.ownWeights === true ? `own/${fleet.name}` : fleet.hubRepo}/${revision.stringValue}`;
  if (fleet.ownWeights === true) {
    new TerraformOutput(stack, logicalName("upload", fleet.name), {
      description: "Run with the folder of the weights that were made for this workload, before the servers start",
      value: `test -d WEIGHTS${encodings("WEIGHTS")} && aws s3 sync ./WEIGHTS s3://${bucket.bucket}/${prefix} && aws s3api put-object --bucket ${bucket.bucket} --key ${prefix}/COMPLETE`,
    });
  } else if (config.airGapped) {
    const address = `s3://${bucket.bucket}/${prefix}`;
    new TerraformOutput(stack, logicalName("upload", fleet.name), {
      description: "Run where both the hub and this account can be reached, before the servers start",
      value: `hf download ${fleet.hubRepo} --revision ${revision.stringValue} ${OTHER_COPIES} --local-dir ${fleet.name}${encodings(fleet.name)} && aws s3 sync ${fleet.name} ${address} --exclude ".cache/*" && aws s3api put-object --bucket ${bucket.bucket} --key ${prefix}/COMPLETE`,
    });
  }
  return { prefix, revision: revision.stringValue };
}
