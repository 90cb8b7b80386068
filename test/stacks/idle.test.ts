import { expect, it } from "vitest";
import { hybridGatewayConfig } from "./configs.ts";
import { resourcesOf, synthesized } from "./stack-json.ts";

/**
 * A load balancer keeps idle connections to its targets. Where a target closes one first, a request that is on its way meets a closed connection
 * and its caller gets a 502: nginx closes after 75 seconds and uvicorn after five unless they are told.
 */
const stack = synthesized(hybridGatewayConfig);
const idleSeconds = Number(resourcesOf(stack, "aws_lb")[0]?.[1].idle_timeout);

it("servers keep idle connections longer than the load balancer, and to vLLM shorter than vLLM", () => {
  const [, boot] = Object.entries(stack.locals ?? {}).find(([id]) => id.startsWith("boot_")) ?? [];
  const seconds = [...String(boot).matchAll(/keepalive_timeout (\d+)s;/g)].map(([, text]) => Number(text));
  const [toReplicas, toBalancer] = seconds;
  expect(idleSeconds).toBe(900);
  expect(toBalancer).toBeGreaterThan(idleSeconds);
  expect(toReplicas).toBeLessThan(5);
});

it("tasks of the gateway keep idle connections longer than the load balancer", () => {
  const tasks = resourcesOf(stack, "aws_ecs_task_definition");
  expect(tasks).toHaveLength(2);
  for (const [id, { container_definitions }] of tasks) {
    const [, seconds] = /"name":"KEEPALIVE_TIMEOUT","value":"(\d+)"/.exec(String(container_definitions)) ?? [];
    expect(Number(seconds), id).toBeGreaterThan(idleSeconds);
  }
});
