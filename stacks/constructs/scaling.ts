import { logicalName } from "../naming.ts";
import { type AutoscalingGroup, AutoscalingPolicy } from "../provider.ts";
import { metricNamespace } from "./alarm.ts";
import type { Foundation, NamedFleet } from "./foundation.ts";

/**
 * Requests that wait in front of each replica when the fleet should grow. The vLLM production stack scales its Kubernetes deployments
 * at the same figure (vllm-project/production-stack, KEDA threshold 5, 2026-08).
 */
export const WAITING_PER_REPLICA = 5;

/**
 * Adds instances above the planned number while more than `WAITING_PER_REPLICA` requests wait, and takes those away again. Nothing where
 * the size is fixed.
 */
export function buildScaling({ stack, prefix }: Foundation, fleet: NamedFleet, group: AutoscalingGroup): void {
  if (fleet.instances.maximum <= fleet.instances.desired || fleet.purchase === "capacity_block") return;
  new AutoscalingPolicy(stack, logicalName("scaling", fleet.name), {
    name: `${prefix}-${fleet.name}-queue`,
    autoscalingGroupName: group.name,
    policyType: "TargetTrackingScaling",
    targetTrackingConfiguration: {
      targetValue: WAITING_PER_REPLICA,
      // An empty queue must not take away what the week planned; the next hour of the schedule takes back what the queue added.
      ...(fleet.schedule === undefined ? {} : { disableScaleIn: true }),
      customizedMetricSpecification: {
        namespace: metricNamespace(prefix),
        metricName: "WaitingRequestsPerReplica",
        statistic: "Average",
        metricDimension: [{ name: "Fleet", value: fleet.name }],
      },
    },
  });
}
