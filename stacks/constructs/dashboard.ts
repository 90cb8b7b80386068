import { CloudwatchDashboard, type Lb, type LbTargetGroup, TerraformOutput } from "../provider.ts";
import { metricNamespace } from "./alarm.ts";
import type { Foundation, NamedFleet } from "./foundation.ts";

/** The grid of CloudWatch is 24 columns wide. */
const WIDTH = 8;
const HEIGHT = 6;
const COLUMNS = 3;

interface Chart {
  readonly title: string;
  readonly stat: "Average" | "Maximum" | "Sum";
  readonly metrics: readonly string[];
}

const FLEET_CHARTS: readonly Chart[] = [
  {
    title: "requests waiting and running for each replica",
    stat: "Average",
    metrics: ["WaitingRequestsPerReplica", "RunningRequestsPerReplica"],
  },
  { title: "latency p95, ms", stat: "Maximum", metrics: ["TtftP95Ms", "TpotP95Ms"] },
  { title: "KV cache in use, share", stat: "Maximum", metrics: ["KvCacheUsageRatio"] },
  { title: "GPU in use, percent", stat: "Average", metrics: ["GpuUtilisationPercent"] },
  { title: "requests a minute", stat: "Sum", metrics: ["Requests"] },
  { title: "tokens a minute", stat: "Sum", metrics: ["InputTokens", "OutputTokens"] },
];

/** One page with the load of every fleet: what the policy assumed, beside what happens. */
export function buildDashboard(
  foundation: Foundation,
  balancer: Lb,
  services: readonly { readonly name: string; readonly target: LbTargetGroup }[],
): void {
  const { stack, config, fleets, prefix } = foundation;
  const ofFleets = fleets.flatMap((fleet) => [...fleetCharts(foundation, fleet), balancerChart(foundation, fleet, balancer)]);
  const ofServices = services.flatMap(({ name, target }) => serviceCharts(foundation, name, balancer, target));
  const charts = [...ofFleets, ...ofServices];
  const widgets = charts.map((properties, index) => ({
    type: "metric",
    x: (index % COLUMNS) * WIDTH,
    y: Math.floor(index / COLUMNS) * HEIGHT,
    width: WIDTH,
    height: HEIGHT,
    properties,
  }));
  new CloudwatchDashboard(stack, "dashboard", { dashboardName: prefix, dashboardBody: JSON.stringify({ widgets }) });
  new TerraformOutput(stack, "dashboard_url", {
    description: "Load and latency of the servers",
    value: `https://${config.region}.console.${consoleHost(config.partition)}/cloudwatch/home?region=${config.region}#dashboards:name=${prefix}`,
  });
}

function consoleHost(partition: string): string {
  return partition === "aws-us-gov" ? "amazonaws-us-gov.com" : "aws.amazon.com";
}

function fleetCharts({ config, prefix }: Foundation, fleet: NamedFleet): readonly object[] {
  return FLEET_CHARTS.map(({ title, stat, metrics }) => ({
    title: `${fleet.name}: ${title}`,
    region: config.region,
    period: 60,
    stat,
    metrics: metrics.map((metric) => [metricNamespace(prefix), metric, "Fleet", fleet.name]),
  }));
}

function balancerChart({ config }: Foundation, fleet: NamedFleet, balancer: Lb): object {
  const dimension = ["LoadBalancer", balancer.arnSuffix];
  return {
    title: `${fleet.name}: answers of the entry by status`,
    region: config.region,
    period: 60,
    stat: "Sum",
    metrics: ["HTTPCode_Target_2XX_Count", "HTTPCode_Target_4XX_Count", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"].map(
      (metric) => ["AWS/ApplicationELB", metric, ...dimension],
    ),
  };
}

function serviceCharts({ config }: Foundation, name: string, balancer: Lb, target: LbTargetGroup): readonly object[] {
  const dimensions = ["LoadBalancer", balancer.arnSuffix, "TargetGroup", target.arnSuffix];
  const chart = (title: string, stat: string, metrics: readonly string[]) => ({
    title: `${name}: ${title}`,
    region: config.region,
    period: 60,
    stat,
    metrics: metrics.map((metric) => ["AWS/ApplicationELB", metric, ...dimensions]),
  });
  return [
    chart("answers by status", "Sum", ["HTTPCode_Target_2XX_Count", "HTTPCode_Target_4XX_Count", "HTTPCode_Target_5XX_Count"]),
    chart("seconds to the first byte, p95", "p95", ["TargetResponseTime"]),
  ];
}
