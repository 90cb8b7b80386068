import { CloudwatchMetricAlarm } from "../provider.ts";
import type { Foundation } from "./foundation.ts";

const MINUTE_SECONDS = 60;

/** A condition on one metric that a person must know about. */
export interface AlarmRule {
  readonly id: string;
  /** Comes after the stack's prefix. */
  readonly name: string;
  /** What it means and what to look at. */
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: "Average" | "Maximum" | "Minimum" | "Sum";
  readonly comparison: "above" | "below";
  readonly threshold: number;
  /** The condition must hold in each of so many consecutive minutes. */
  readonly minutes: number;
  /** Whether silence is itself the alarm (servers are gone) or means that there is no traffic. */
  readonly silence: "breaching" | "notBreaching";
}

/** An alarm on one-minute periods that tells the topic when it fires and when it is over. */
export function buildAlarm(foundation: Foundation, rule: AlarmRule): CloudwatchMetricAlarm {
  const tell = [foundation.topic.arn];
  return new CloudwatchMetricAlarm(foundation.stack, rule.id, {
    alarmName: `${foundation.prefix}-${rule.name}`,
    alarmDescription: rule.description,
    namespace: rule.namespace,
    metricName: rule.metric,
    dimensions: { ...rule.dimensions },
    statistic: rule.statistic,
    comparisonOperator: rule.comparison === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
    threshold: rule.threshold,
    period: MINUTE_SECONDS,
    evaluationPeriods: rule.minutes,
    datapointsToAlarm: rule.minutes,
    treatMissingData: rule.silence,
    alarmActions: tell,
    okActions: tell,
  });
}

/** Namespace of the figures that this stack publishes itself. */
export function metricNamespace(prefix: string): string {
  return `Breakeven/${prefix}`;
}
