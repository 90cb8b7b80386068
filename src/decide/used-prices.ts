import { type Catalog, findApiModel, findInstance } from "../catalog/index.ts";
import { priceRowOn } from "../catalog/pricing.ts";
import type { PolicyNeeds } from "./facts.ts";
import { hasOwnPrice, listPriceChecked } from "./prices.ts";
import type { WorkloadDecision } from "./types.ts";

/** A price of the catalog that a decision rests on, with the day on which it was last checked. */
export interface UsedPrice {
  readonly id: string;
  readonly checked: string;
  readonly kind: "api" | "instance";
}

/** Prices of the chosen options, one for each workload; none where nothing is chosen or the price is the policy's own. */
export function usedPrices(
  workloads: readonly Pick<WorkloadDecision, "option">[],
  facts: PolicyNeeds,
  catalog: Catalog,
  asOf: string,
): readonly UsedPrice[] {
  const parts = workloads.flatMap(({ option }) =>
    option === null ? [] : [option, ...(option.overflow === undefined ? [] : [option.overflow])],
  );
  return parts.flatMap((option): UsedPrice[] => {
    if (option.instanceType !== undefined) {
      const instance = findInstance(catalog, option.instanceType);
      const checked = instance && listPriceChecked(instance, facts, asOf);
      return checked === undefined ? [] : [{ id: option.instanceType, checked, kind: "instance" }];
    }
    const model = findApiModel(catalog, option.model);
    const row = model === undefined || hasOwnPrice(model, facts, asOf) ? undefined : priceRowOn(model, asOf);
    return row === undefined ? [] : [{ id: option.model, checked: row.checked, kind: "api" }];
  });
}
