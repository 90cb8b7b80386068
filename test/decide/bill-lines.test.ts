import { describe, expect, it } from "vitest";
import type { CostLine } from "../../src/decide/types.ts";
import { evaluated, only, type PolicyObject, policy, workload } from "./support.ts";

/** Lines of a bill as a reader sees them, tokens, instances and people left out: id, label, quantity, unit, USD a unit. */
function around(value: PolicyObject) {
  const isAround = ({ id, unit }: CostLine) => unit !== "million tokens" && unit !== "engineer-hour" && id !== "gpu-instances";
  return only(evaluated(value))
    .costLines.filter(isAround)
    .map(({ id, label, quantity, unit, unitPriceUsd, monthlyUsd }) => {
      expect(monthlyUsd, id).toBeCloseTo(quantity * (unitPriceUsd ?? Number.NaN), 9);
      return [id, label, Number(quantity.toFixed(6)), unit, unitPriceUsd];
    });
}

const bought = (change: PolicyObject = {}) => workload({ candidates: { api: ["gpt-5.4-mini"] }, ...change });
const hosted = (change: PolicyObject = {}) => workload({ candidates: { open: ["qwen3-32b"] }, ...change });
const GATEWAY = { deploy: { gateway: "litellm" } };
const KEY = ["kms-key", "Encryption key", 1, "key-month", 1];
/** Two tasks of one vCPU and 2 GB, all month. */
const TASKS = [
  ["gateway-cpu", "Gateway (Fargate processors)", 1460, "vCPU-hour", 0.04048],
  ["gateway-memory", "Gateway (Fargate memory)", 2920, "GB-hour", 0.004445],
];
const PROVIDER = [
  ["provider-secrets", "Provider keys (Secrets Manager)", 1, "secret-month", 0.4],
  ["api-alarms", "Alarms of the API side", 1, "alarm-month", 0.1],
  ["api-metrics", "Metrics of the API side", 3, "metric-month", 0.3],
];

describe("what stands around tokens and servers in us-east-1, at the list prices of AWS", () => {
  it("is a key, its alarm and its metrics for an API", () => {
    expect(around(policy([bought()]))).toEqual([...PROVIDER, KEY]);
  });

  it("is a private door for Bedrock where requests may not cross the internet", () => {
    const bedrock = workload({
      candidates: { api: ["us.anthropic.claude-haiku-4-5-20251001-v1:0"] },
      compliance: { private_network: true },
    });
    expect(around(policy([bedrock]))).toEqual([
      ["api-alarms", "Alarms of the API side", 2, "alarm-month", 0.1],
      ["api-metrics", "Metrics of the API side", 3, "metric-month", 0.3],
      // One in each of two zones.
      ["bedrock-endpoint", "Private endpoint for Bedrock", 1460, "endpoint-hour", 0.01],
      KEY,
    ]);
  });

  it("is a network with entry and exits for servers, and the disks and logs of each", () => {
    const lines = around(policy([hosted()]));
    const weights = lines.find(([id]) => id === "weights-storage");
    // 32.8 billion parameters in four bits with their scales.
    expect(weights?.[2]).toBeCloseTo(18.01, 2);
    expect(lines.filter((line) => line !== weights)).toEqual([
      ["disks", "Disks of the instances (gp3)", 170, "GB-month", 0.08],
      // 500 MiB/s, of which 125 are free.
      ["disk-throughput", "Disk throughput above 125 MiB/s", 375, "MiB/s-month", 0.04],
      ["logs", "Server logs", 1, "GB", 0.5],
      ["instance-metrics", "Detailed monitoring of the instances", 7, "metric-month", 0.3],
      ["load-balancer", "Load balancer", 730, "hour", 0.0225],
      ["load-balancer-capacity", "Load balancer capacity (one unit)", 730, "LCU-hour", 0.008],
      // One in each of two zones, with its address, and ten endpoints in each.
      ["nat-gateways", "NAT gateways", 1460, "hour", 0.045],
      ["public-ipv4", "Public addresses of the NAT gateways", 1460, "hour", 0.005],
      ["private-endpoints", "Private endpoints to AWS services", 14_600, "endpoint-hour", 0.01],
      ["server-secrets", "Server secrets (Secrets Manager)", 1, "secret-month", 0.4],
      ["server-alarms", "Alarms of the servers", 6, "alarm-month", 0.1],
      ["server-metrics", "Metrics of the servers", 10, "metric-month", 0.3],
      ["dashboards", "Dashboards", 1, "dashboard-month", 3],
      KEY,
    ]);
    expect(weights?.slice(3)).toEqual(["GB-month", 0.023]);
  });

  it("is for a gateway before an API alone the entry and the network that servers would have brought", () => {
    expect(around(policy([bought()], GATEWAY))).toEqual([
      ...PROVIDER,
      KEY,
      ...TASKS,
      ["gateway-load-balancer", "Load balancer of the gateway", 730, "hour", 0.0225],
      ["gateway-load-balancer-capacity", "Its capacity (one unit)", 730, "LCU-hour", 0.008],
      ["gateway-nat", "NAT gateways of its network", 1460, "hour", 0.045],
      ["gateway-public-ipv4", "Their public addresses", 1460, "hour", 0.005],
      ["gateway-endpoints", "Private endpoints of its network", 14_600, "endpoint-hour", 0.01],
      ["gateway-keys", "Keys of the workloads (Secrets Manager)", 1, "secret-month", 0.4],
      ["gateway-alarms", "Alarms of the gateway", 3, "alarm-month", 0.1],
      ["gateway-dashboard", "Dashboard of the gateway", 1, "dashboard-month", 3],
      ["gateway-logs", "Logs of the gateway", 2, "GB", 0.5],
      ["gateway-image", "Image of the gateway", 1, "GB-month", 0.1],
    ]);
  });

  it("is for a gateway before servers its tasks, keys, alarms, logs and image alone", () => {
    const gateway = around(policy([hosted()], GATEWAY)).filter(([id]) => String(id).startsWith("gateway"));
    expect(gateway).toEqual([
      ...TASKS,
      ["gateway-keys", "Keys of the workloads (Secrets Manager)", 1, "secret-month", 0.4],
      ["gateway-alarms", "Alarms of the gateway", 2, "alarm-month", 0.1],
      ["gateway-logs", "Logs of the gateway", 2, "GB", 0.5],
      ["gateway-image", "Image of the gateway", 1, "GB-month", 0.1],
    ]);
  });

  it("says of people whose hours they are", () => {
    const people = (value: PolicyObject) =>
      only(evaluated(value))
        .costLines.filter(({ unit }) => unit === "engineer-hour")
        .map(({ id, label, quantity, unitPriceUsd }) => [id, label, Number(quantity.toFixed(6)), unitPriceUsd]);
    expect(people(policy([bought()]))).toEqual([
      ["people-api", "People: keys, limits, model updates", 8.7, 95],
      // An hour over twelve months.
      ["set-up-api", "Set-up of the API side", 0.083333, 95],
    ]);
    expect(people(policy([hosted()]))).toEqual([
      ["people-self-host", "People: operate the servers", 87, 95],
      ["set-up-self-host", "Set-up of the servers, spread over the horizon", 26.666667, 95],
    ]);
  });
});
