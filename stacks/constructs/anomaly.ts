import { address, expression } from "../expression.ts";
import { CeAnomalySubscription, TerraformVariable } from "../provider.ts";
import type { Foundation } from "./foundation.ts";

/** Unexpected spending that a person must hear of the same day, in planned days: a budget only sees the sum of the month. Ours. */
const ANOMALY_DAYS = 2;
const DAYS_PER_MONTH = 365 / 12;

/** US dollars of unexpected cost from which AWS tells: `anomalyThresholdUsd(12345)` is 812. */
export function anomalyThresholdUsd(monthlyBudgetUsd: number): number {
  return Math.max(1, Math.round((monthlyBudgetUsd / DAYS_PER_MONTH) * ANOMALY_DAYS));
}

/**
 * A subscription to the account's own monitor of AWS services, which new accounts have; AWS allows one of that kind, and monitors of
 * tags in the payer account alone, so none is made here. GovCloud has no anomaly detection.
 */
export function buildAnomalySubscription({ stack, config, prefix, topic }: Foundation): void {
  if (config.partition !== "aws") return;
  const monitor = new TerraformVariable(stack, "anomaly_monitor_arn", {
    type: "string",
    default: "",
    description:
      "ARN of the account's cost anomaly monitor of AWS services: aws ce get-anomaly-monitors. Empty subscribes to none, and unexpected cost shows in the budget alone",
  });
  const subscription = new CeAnomalySubscription(stack, "anomaly_subscription", {
    name: `${prefix}-anomalies`,
    frequency: "IMMEDIATE",
    monitorArnList: [monitor.stringValue],
    subscriber: [{ type: "SNS", address: topic.arn }],
    thresholdExpression: {
      dimension: {
        key: "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
        matchOptions: ["GREATER_THAN_OR_EQUAL"],
        values: [String(anomalyThresholdUsd(config.budget.limitUsd))],
      },
    },
  });
  subscription.addOverride("count", expression(`${address(monitor)} == "" ? 0 : 1`));
}
