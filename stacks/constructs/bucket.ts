import { expression } from "../expression.ts";
import { policyDocument, type Statement } from "../iam.ts";
import { shorten } from "../naming.ts";
import {
  S3Bucket,
  S3BucketLifecycleConfiguration,
  S3BucketLoggingA,
  S3BucketPolicy,
  S3BucketPublicAccessBlock,
  S3BucketServerSideEncryptionConfigurationA,
  S3BucketVersioningA,
} from "../provider.ts";
import type { Foundation } from "./foundation.ts";
import { deletionProtection } from "./protection.ts";

/** Characters of the stack's prefix in a bucket name, so that purpose, region and account fit into 63. */
const BUCKET_PREFIX_LIMIT = 24;
/** Days after which parts of an interrupted upload are dropped: they are billed and invisible. */
const ABORT_UPLOAD_DAYS = 7;

/** Beginning of every bucket name of a stack. */
export function bucketPrefix(prefix: string): string {
  return shorten(prefix, BUCKET_PREFIX_LIMIT);
}

export interface BucketOptions {
  readonly purpose: "weights" | "logs";
  /** `key`: the stack's key. `s3`: keys of S3, the only choice for a bucket that load balancers write their logs to. */
  readonly encryption: "key" | "s3";
  /** Days until objects, or where `versions` only their replaced versions, are deleted. */
  readonly expireDays: number;
  readonly expire: "objects" | "versions";
  /** Further statements beside the refusal of unencrypted transport. */
  readonly statements: (bucketArn: string) => readonly Statement[];
  /** Where reads and writes of this bucket are logged; null for the log bucket itself. */
  readonly logTo: PrivateBucket | null;
}

/** A bucket and its policy: whoever writes to the bucket by that policy depends on both. */
export interface PrivateBucket {
  readonly bucket: S3Bucket;
  readonly policy: S3BucketPolicy;
}

/** A private, versioned, encrypted bucket that answers over TLS alone. */
export function buildBucket(foundation: Foundation, id: string, options: BucketOptions): PrivateBucket {
  const { stack, config, prefix, account, key } = foundation;
  const bucket = new S3Bucket(stack, id, {
    bucket: `${bucketPrefix(prefix)}-${options.purpose}-${config.region}-${account}`,
  });
  // Logs arrive from the first minute, so a bucket is never empty.
  bucket.addOverride("force_destroy", expression(`!${deletionProtection(foundation)}`));
  const block = new S3BucketPublicAccessBlock(stack, `${id}_private`, {
    bucket: bucket.id,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  new S3BucketVersioningA(stack, `${id}_versions`, { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } });
  const encryption = options.encryption === "key" ? { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn } : { sseAlgorithm: "AES256" };
  new S3BucketServerSideEncryptionConfigurationA(stack, `${id}_encryption`, {
    bucket: bucket.id,
    rule: [{ applyServerSideEncryptionByDefault: encryption, bucketKeyEnabled: options.encryption === "key" }],
  });
  new S3BucketLifecycleConfiguration(stack, `${id}_lifecycle`, { bucket: bucket.id, rule: [lifecycleRule(options)] });
  const policy = new S3BucketPolicy(stack, `${id}_policy`, {
    bucket: bucket.id,
    policy: policyDocument([tlsOnly(bucket.arn), ...options.statements(bucket.arn)]),
    dependsOn: [block],
  });
  if (options.logTo !== null) {
    const { bucket: target, policy: admission } = options.logTo;
    new S3BucketLoggingA(stack, `${id}_logging`, {
      bucket: bucket.id,
      targetBucket: target.id,
      targetPrefix: "s3/",
      dependsOn: [admission],
    });
  }
  return { bucket, policy };
}

function lifecycleRule({ expire, expireDays }: BucketOptions) {
  return {
    id: "expire",
    status: "Enabled",
    filter: [{ prefix: "" }],
    abortIncompleteMultipartUpload: [{ daysAfterInitiation: ABORT_UPLOAD_DAYS }],
    noncurrentVersionExpiration: [{ noncurrentDays: expireDays }],
    ...(expire === "objects" ? { expiration: [{ days: expireDays }] } : {}),
  };
}

function tlsOnly(arn: string): Statement {
  return {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: { AWS: "*" },
    Action: "s3:*",
    Resource: [arn, `${arn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}
