import { logicalName } from "../naming.ts";
import type { Lb, LbTargetGroup } from "../provider.ts";
import { type AlarmRule, buildAlarm, metricNamespace } from "./alarm.ts";
import type { Foundation, NamedFleet } from "./foundation.ts";
import { WAITING_PER_REPLICA } from "./scaling.ts";

/** Share of the KV cache above which vLLM starts to evict running requests (vLLM metrics guide, 2026-08). */
const KV_CACHE_FULL_RATIO = 0.9;
/** The queue alarm means that scaling did not help: twice its target, for longer than a usual burst. Ours. */
const QUEUE_FACTOR = 2;
/** Failed answers in each of five minutes in a row that are no longer noise. Ours. */
const ERRORS_PER_MINUTE = 5;
const SHORT_MINUTES = 5;
const LONG_MINUTES = 15;

/** Alarms of one fleet: servers missing, failed answers, broken GPUs, queue, KV cache, and the TTFT promise where there is one. */
export function buildFleetAlarms(foundation: Foundation, fleet: NamedFleet, target: LbTargetGroup, balancer: Lb): void {
  for (const rule of [...hostRules(fleet, target, balancer), ...loadRules(fleet, metricNamespace(foundation.prefix))]) {
    buildAlarm(foundation, { ...rule, id: logicalName(rule.id, fleet.name), name: `${fleet.name}-${rule.name}` });
  }
}

function hostRules(fleet: NamedFleet, target: LbTargetGroup, balancer: Lb): readonly AlarmRule[] {
  return [
    {
      id: "hosts",
      name: "hosts",
      description: `Fewer than ${Math.max(fleet.instances.minimum, 1)} healthy servers: no GPU capacity, a failed start or a dead engine. Read the activity of the group and the server log.`,
      namespace: "AWS/ApplicationELB",
      metric: "HealthyHostCount",
      dimensions: { LoadBalancer: balancer.arnSuffix, TargetGroup: target.arnSuffix },
      statistic: "Minimum",
      comparison: "below",
      threshold: Math.max(fleet.instances.minimum, 1),
      minutes: SHORT_MINUTES,
      silence: "breaching",
    },
    {
      id: "server_errors",
      name: "errors",
      description: `Servers of ${fleet.name} answer with 5xx. Read the server log.`,
      namespace: "AWS/ApplicationELB",
      metric: "HTTPCode_Target_5XX_Count",
      dimensions: { LoadBalancer: balancer.arnSuffix, TargetGroup: target.arnSuffix },
      statistic: "Sum",
      comparison: "above",
      threshold: ERRORS_PER_MINUTE,
      minutes: SHORT_MINUTES,
      silence: "notBreaching",
    },
  ];
}

function loadRules(fleet: NamedFleet, namespace: string): readonly AlarmRule[] {
  const common = { namespace, dimensions: { Fleet: fleet.name }, comparison: "above", silence: "notBreaching" } as const;
  const queue = WAITING_PER_REPLICA * QUEUE_FACTOR;
  const rules: AlarmRule[] = [
    {
      ...common,
      id: "gpu_errors",
      name: "gpu-errors",
      description: "A GPU counts memory errors that it cannot correct: terminate that instance, the group starts another.",
      metric: "GpuErrors",
      statistic: "Maximum",
      threshold: 0,
      minutes: 1,
    },
    {
      ...common,
      id: "queue",
      name: "queue",
      description: `More than ${queue} requests wait for each replica: the fleet is at its largest, or new servers do not come.`,
      metric: "WaitingRequestsPerReplica",
      statistic: "Average",
      threshold: queue,
      minutes: LONG_MINUTES,
    },
    {
      ...common,
      id: "kv_cache",
      name: "kv-cache",
      description: "The KV cache is full; requests are evicted and start over. Contexts are longer or concurrency is higher than planned.",
      metric: "KvCacheUsageRatio",
      statistic: "Maximum",
      threshold: KV_CACHE_FULL_RATIO,
      minutes: LONG_MINUTES,
    },
  ];
  if (fleet.ttftMsP95 === null) return rules;
  const description = `The 95th percentile of time to first token is above the promised ${fleet.ttftMsP95} ms.`;
  const ttft: AlarmRule = {
    ...common,
    id: "ttft",
    name: "ttft",
    description,
    metric: "TtftP95Ms",
    statistic: "Average",
    threshold: fleet.ttftMsP95,
    minutes: SHORT_MINUTES,
  };
  return [...rules, ttft];
}
