import { error, type Problem } from "./problem.ts";
import { type SourceNode, select } from "./tree.ts";
import { quote } from "./words.ts";

/** Ways to buy whose instances can be neither reserved nor kept stopped: they end when AWS says so. */
const UNRESERVABLE = ["spot", "capacity_block"];

/**
 * `deploy.reserved_capacity` and `deploy.warm_instances` ask for instances that stay ours; spot and capacity blocks do not.
 * Example: `purchase: { gpu: spot }` beside `deploy: { warm_instances: 1 }` gives `contradiction` at the 1.
 */
export function checkCapacity(root: SourceNode): readonly Problem[] {
  const way = select(root, "purchase.gpu")[0];
  const bought = way?.node.kind === "scalar" ? String(way.node.value) : "";
  if (!UNRESERVABLE.includes(bought)) return [];
  return ["reserved_capacity", "warm_instances"].flatMap((key) => {
    const asked = select(root, `deploy.${key}`)[0];
    if (asked?.node.kind !== "scalar" || asked.node.value === false || asked.node.value === 0) return [];
    const message = `${key} is ${String(asked.node.value)}, but purchase.gpu is ${quote(bought)}; allowed with: on_demand, savings_plan`;
    return [error("contradiction", asked, message, `remove ${key}, or buy on_demand`)];
  });
}
