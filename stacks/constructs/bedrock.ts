import type { Statement } from "../iam.ts";
import { logicalName, slug } from "../naming.ts";
import { buildAlarm } from "./alarm.ts";
import type { Foundation, Site } from "./foundation.ts";

/** Prefix of a cross-region inference profile, e.g. `us.` in `us.anthropic.claude-haiku-4-5-20251001-v1:0`. */
const PROFILE_PREFIX = /^(global|us|us-gov|eu|apac|jp|au|ca)\.(?=[a-z0-9-]+\.)/;

/** One throttled call in each of five minutes in a row: the quota of the model is too small for the load. Ours. */
const THROTTLE_MINUTES = 5;

/**
 * Permission to call exactly these models. A plain model is one ARN in the stack's region. A cross-region profile is its own ARN plus
 * the model in every region that the profile may choose, and the latter only through the profile.
 */
export function invokeStatements(site: Site, models: readonly string[]): readonly Statement[] {
  const plain = models.filter((model) => !PROFILE_PREFIX.test(model));
  const profiled = models.filter((model) => PROFILE_PREFIX.test(model));
  const here = `${site.arnPrefix}:bedrock:${site.config.region}`;
  const profiles = profiled.map((model) => `${here}:${site.account}:inference-profile/${model}`);
  const Action = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];
  const direct = [...plain.map((model) => `${here}::foundation-model/${model}`), ...profiles];
  const statements: Statement[] = [{ Sid: "CallModels", Effect: "Allow", Action, Resource: direct }];
  if (profiled.length === 0) return statements;
  const Resource = profiled.map((model) => `${site.arnPrefix}:bedrock:*::foundation-model/${model.replace(PROFILE_PREFIX, "")}`);
  const Condition = { StringEquals: { "bedrock:InferenceProfileArn": profiles } };
  return [...statements, { Sid: "CallModelsThroughProfiles", Effect: "Allow", Action, Resource, Condition }];
}

/** One alarm for each model called by permission. */
export function buildThrottleAlarms(foundation: Foundation, models: readonly string[]): void {
  for (const model of models) {
    buildAlarm(foundation, {
      id: logicalName("throttles", model),
      name: `throttles-${slug(model)}`,
      description: `Bedrock throttles ${model}: ask for a higher quota (Service Quotas) or slow down the callers.`,
      namespace: "AWS/Bedrock",
      metric: "InvocationThrottles",
      dimensions: { ModelId: model },
      statistic: "Sum",
      comparison: "above",
      threshold: 0,
      minutes: THROTTLE_MINUTES,
      silence: "notBreaching",
    });
  }
}
