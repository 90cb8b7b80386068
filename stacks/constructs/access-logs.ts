import type { Statement } from "../iam.ts";
import { buildBucket, type PrivateBucket } from "./bucket.ts";
import type { Foundation } from "./foundation.ts";

/**
 * One bucket for everything that other services log about this stack: requests at the load balancer, network flows, reads of the
 * weights. Each service may write under its own prefix, for this account alone. Objects expire with the policy's retention.
 */
export function buildAccessLogs(foundation: Foundation): PrivateBucket {
  return buildBucket(foundation, "access_logs", {
    purpose: "logs",
    encryption: "s3",
    expire: "objects",
    expireDays: foundation.config.logRetentionDays,
    logTo: null,
    statements: (arn) => writers(foundation, arn),
  });
}

function writers({ account, arnPrefix, config }: Foundation, arn: string): readonly Statement[] {
  const Condition = { StringEquals: { "aws:SourceAccount": account } };
  const flows = `${arnPrefix}:logs:${config.region}:${account}:*`;
  const delivery = { Service: "delivery.logs.amazonaws.com" };
  return [
    allow("BalancerWrites", { Service: "logdelivery.elasticloadbalancing.amazonaws.com" }, `${arn}/balancer/AWSLogs/${account}/*`),
    { ...allow("BucketLogsWrite", { Service: "logging.s3.amazonaws.com" }, `${arn}/s3/*`), Condition },
    {
      ...allow("FlowsWrite", delivery, `${arn}/AWSLogs/${account}/*`),
      Condition: { ...Condition, ArnLike: { "aws:SourceArn": flows } },
    },
    { Sid: "FlowsCheck", Effect: "Allow", Principal: delivery, Action: ["s3:GetBucketAcl", "s3:ListBucket"], Resource: arn, Condition },
  ];
}

function allow(Sid: string, Principal: Readonly<Record<string, string>>, Resource: string): Statement {
  return { Sid, Effect: "Allow", Principal, Action: "s3:PutObject", Resource };
}
