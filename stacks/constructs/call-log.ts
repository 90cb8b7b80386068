import { STACK_RESOURCES } from "../../src/stack-resources.ts";
import { type CloudwatchLogGroup, CloudwatchLogMetricFilter, TerraformOutput } from "../provider.ts";
import { buildAlarm, metricNamespace } from "./alarm.ts";
import type { Foundation } from "./foundation.ts";
import { buildLogGroup } from "./log-group.ts";

const CLIENT_ERROR = 400;
/** Failed calls in each of five minutes in a row that are no longer noise. Ours. */
const ERRORS_PER_MINUTE = 5;
const ERROR_MINUTES = 5;

/**
 * Where workloads write one line for each call of an API: `{"provider","model","status","latency_ms","input_tokens","output_tokens"}`.
 * Never the prompt or the answer. The token counts become metrics: what was really used, to hold against the policy.
 */
export function buildCallLog(foundation: Foundation): CloudwatchLogGroup {
  const log = buildLogGroup(foundation, "call_log", "calls");
  const [errors, input, output] = STACK_RESOURCES.apiMetrics;
  addMetric(foundation, log, { id: "call_errors", metric: errors, pattern: `{ $.status >= ${CLIENT_ERROR} }`, value: "1" });
  addMetric(foundation, log, { id: "call_input_tokens", metric: input, pattern: "{ $.input_tokens >= 0 }", value: "$.input_tokens" });
  addMetric(foundation, log, { id: "call_output_tokens", metric: output, pattern: "{ $.output_tokens >= 0 }", value: "$.output_tokens" });
  buildAlarm(foundation, {
    id: "call_errors_alarm",
    name: "api-errors",
    description: "Calls to model providers fail: expired key, spent quota or an outage of the provider. Read the call log.",
    namespace: metricNamespace(foundation.prefix),
    metric: errors,
    dimensions: {},
    statistic: "Sum",
    comparison: "above",
    threshold: ERRORS_PER_MINUTE,
    minutes: ERROR_MINUTES,
    silence: "notBreaching",
  });
  new TerraformOutput(foundation.stack, "call_log_group", {
    description: "Workloads write one JSON line for each API call here",
    value: log.name,
  });
  return log;
}

interface LogMetric {
  readonly id: string;
  readonly metric: string;
  readonly pattern: string;
  readonly value: string;
}

function addMetric(foundation: Foundation, log: CloudwatchLogGroup, { id, metric, pattern, value }: LogMetric): void {
  new CloudwatchLogMetricFilter(foundation.stack, id, {
    name: `${foundation.prefix}-${id.replaceAll("_", "-")}`,
    logGroupName: log.name,
    pattern,
    metricTransformation: { namespace: metricNamespace(foundation.prefix), name: metric, value },
  });
}
