import { describe, expect, it } from "vitest";
import type { StackConfig } from "../../src/stack-config.ts";
import { stackShape } from "../../src/stack-config.ts";
import { rootVolumeGiB, STACK_RESOURCES, type StackResources, stackResources } from "../../src/stack-resources.ts";
import { allConfigs, apiConfig, hybridConfig, hybridGatewayConfig, selfHostConfig } from "./configs.ts";
import { resourcesOf, type StackJson, secretPaths, synthesized } from "./stack-json.ts";

const inVpc = { kind: "existing", vpcId: "vpc-1", privateSubnetIds: ["subnet-1", "subnet-2", "subnet-3"] } as const;

const cases: Readonly<Record<string, StackConfig>> = {
  ...allConfigs,
  prototype: { ...hybridConfig, stage: "prototype", domain: null },
  "gateway prototype": {
    ...hybridGatewayConfig,
    stage: "prototype",
    gateway: { tasks: 1, routes: hybridGatewayConfig.gateway?.routes ?? [] },
  },
  "gateway in an existing network": { ...hybridGatewayConfig, network: inVpc },
  "existing network": { ...selfHostConfig, network: inVpc },
  "private Bedrock": { ...apiConfig, privateNetwork: true, network: inVpc },
};

/** What is really in the Terraform JSON. */
function counted(stack: StackJson): Omit<StackResources, "registryGiB"> {
  const count = (type: string) => resourcesOf(stack, type).length;
  const interfaces = resourcesOf(stack, "aws_vpc_endpoint").filter(([, endpoint]) => endpoint.vpc_endpoint_type === "Interface");
  const zones = interfaces.map(([, endpoint]) => (Array.isArray(endpoint.subnet_ids) ? endpoint.subnet_ids.length : 0));
  return {
    loadBalancers: count("aws_lb"),
    natGateways: count("aws_nat_gateway"),
    publicIpv4Addresses: count("aws_eip"),
    interfaceEndpointZones: zones.reduce((sum, subnets) => sum + subnets, 0),
    kmsKeys: count("aws_kms_key"),
    secrets: secretPaths(stack).length,
    alarms: count("aws_cloudwatch_metric_alarm"),
    dashboards: count("aws_cloudwatch_dashboard"),
    customMetrics: count("aws_autoscaling_group") * STACK_RESOURCES.fleetMetrics.length + count("aws_cloudwatch_log_metric_filter"),
    privateZones: count("aws_route53_zone"),
    gatewayTasks: resourcesOf(stack, "aws_ecs_service").reduce(
      (sum, [, service]) => sum + Number(/\? (\d+) :/.exec(String(service.desired_count))?.[1]),
      0,
    ),
  };
}

describe("the resources that the bill counts", () => {
  it.each(Object.entries(cases))("are those of the %s stack", (_, config) => {
    const { registryGiB, ...counts } = stackResources(stackShape(config));
    const stack = synthesized(config);
    expect(counts).toEqual(counted(stack));
    expect(registryGiB > 0).toBe(resourcesOf(stack, "aws_ecr_repository").length > 0);
  });

  it("include the disk of the launch template", () => {
    expect(rootVolumeGiB(65.8)).toBe(230);
    const [template] = resourcesOf(synthesized(selfHostConfig), "aws_launch_template");
    expect(template?.[1]).toMatchObject({
      block_device_mappings: [
        { ebs: { volume_size: 230, throughput: STACK_RESOURCES.rootVolumeThroughputMiBps, iops: STACK_RESOURCES.rootVolumeIops } },
      ],
    });
  });
});
