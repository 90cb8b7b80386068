import { type Catalog, findApiModel, findInstance } from "../catalog/index.ts";
import { priceRowOn } from "../catalog/pricing.ts";
import type { ApiModel } from "../catalog/schema.ts";
import type { RequirementFacts } from "./facts.ts";
import { capacityBlockOn } from "./prices.ts";
import type { WorkloadDecision } from "./types.ts";

/** A price that a decision rests on, with the day on which it was last checked. */
export interface UsedPrice {
  readonly id: string;
  readonly checked: string;
  readonly kind: "api" | "instance";
}

/** As much of a policy's facts as decides which prices it pays. */
type PriceFacts = Pick<RequirementFacts, "region" | "purchase" | "prices">;

/** Prices of the chosen options, one for each workload; none where nothing is chosen or the price is the policy's own. */
export function usedPrices(
  workloads: readonly Pick<WorkloadDecision, "option">[],
  facts: PriceFacts,
  catalog: Catalog,
  asOf: string,
): readonly UsedPrice[] {
  const parts = workloads.flatMap(({ option }) =>
    option === null ? [] : [option, ...(option.overflow === undefined ? [] : [option.overflow])],
  );
  return parts.flatMap((option): UsedPrice[] => {
    if (option.instanceType !== undefined) {
      const row = instanceRow(option.instanceType, facts, catalog, asOf);
      return row === undefined ? [] : [{ id: option.instanceType, checked: row.checked, kind: "instance" }];
    }
    const model = findApiModel(catalog, option.model);
    if (model === undefined || hasOwnPrice(model, facts, asOf)) return [];
    const row = priceRowOn(model, asOf);
    return row === undefined ? [] : [{ id: option.model, checked: row.checked, kind: "api" }];
  });
}

/** The row that `instanceOffers` takes where the policy has no price of its own. */
function instanceRow(id: string, { region, purchase, prices }: PriceFacts, catalog: Catalog, asOf: string) {
  const own = (prices.gpu ?? []).some((price) => price.id === id && price.region === region && price.effectiveFrom <= asOf);
  const instance = own ? undefined : findInstance(catalog, id);
  return purchase.gpu === "capacity_block" ? instance && capacityBlockOn(instance, asOf) : instance?.usdPerHour[region];
}

function hasOwnPrice({ id, aliases }: ApiModel, { prices }: PriceFacts, asOf: string): boolean {
  return (prices.api ?? []).some(
    (price) =>
      (price.id === id || aliases.includes(price.id)) &&
      price.effectiveFrom <= asOf &&
      (price.effectiveTo === undefined || asOf <= price.effectiveTo),
  );
}
