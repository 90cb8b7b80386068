import { type Catalog, findApiModel, findRegion, placeOf, regionalPrice } from "../catalog/index.ts";
import type { PolicyDocument } from "../policy/policy.ts";
import type { Trace } from "./decide.ts";
import type { Finding } from "./evaluation-types.ts";

/** Below this share of the instance types, what a region sells is mostly unknown to the catalog. Source: ours. */
const FEW_PRICES_RATIO = 1 / 3;

/** What the catalog does not know about the policy's region, said beside the figures that rest on it. */
export function regionFindings(trace: Trace, document: PolicyDocument, catalog: Catalog): readonly Finding[] {
  return [...fewPrices(trace, document, catalog), ...blockElsewhere(trace, document), ...elsewherePriced(trace, document, catalog)];
}

/**
 * Own servers are the least expensive of those whose price is known; where few are, others may cost a fraction.
 * Example: us-east-2 with one known price of 52, an instance of eight B200, makes 10 million short requests a month cost 47,000 USD.
 */
function fewPrices({ decision, facts, offers, options }: Trace, document: PolicyDocument, catalog: Catalog): Finding[] {
  const rented = offers.filter(({ owned }) => owned === undefined).length;
  const all = catalog.instances.filter(({ usdPerHour, capacityBlock }) =>
    facts.purchase.gpu === "capacity_block" ? capacityBlock.length > 0 : Object.keys(usdPerHour).length > 0,
  ).length;
  const line = document.lineOf("region") || null;
  if (offers.length === 0) {
    // Only what every rule let through comes as far as looking for an instance.
    const unserved = options
      .filter(({ rejected }) => rejected.some(({ rule }) => rule === "feasibility"))
      .map(({ workload }) => workload.name);
    if (unserved.length === 0) return [];
    const level = decision.workloads.some(({ name, option }) => option === null && unserved.includes(name)) ? "warning" : "notice";
    const text = `no price of a GPU instance type is known in ${facts.region}, so own servers were not compared: add prices.gpu`;
    return [{ id: "few-instance-prices", level, text, line }];
  }
  const compared = options.some(({ feasible }) => feasible.some(({ kind }) => kind === "self-host"));
  if (!compared || rented >= all * FEW_PRICES_RATIO) return [];
  const text = `the price of only ${rented} of ${all} GPU instance types is known in ${facts.region}; another one may cost less: add prices.gpu`;
  const level = decision.fleets.length > 0 ? "warning" : "notice";
  return [{ id: "few-instance-prices", level, text, line }];
}

/** A capacity block has one price for most regions, and nobody knows here which regions sell it. */
function blockElsewhere({ decision, facts, offers }: Trace, document: PolicyDocument): Finding[] {
  if (facts.purchase.gpu !== "capacity_block") return [];
  const used = new Set(decision.fleets.map(({ instanceType }) => instanceType));
  return offers
    .filter(({ instance, owned, source }) => used.has(instance.id) && owned === undefined && source.startsWith("capacity block"))
    .map(({ instance }): Finding => {
      const text = `the price of a capacity block of ${instance.id} is one for most regions; check that ${facts.region} sells it, and for how much`;
      return { id: "region-price-unproven", level: "warning", text, line: document.lineOf("purchase.gpu") || null };
    });
}

/** Token prices of Bedrock are those of its regions in the US, where no other is known; the profiles of Claude cost the same in every place of its own. */
function elsewherePriced({ decision, facts }: Trace, document: PolicyDocument, catalog: Catalog): Finding[] {
  const place = findRegion(catalog, facts.region);
  if (place === undefined || (place.residency === "us" && place.partition === "aws")) return [];
  return decision.workloads.flatMap(({ name, option: whole }, index): Finding[] => {
    const option = whole?.overflow ?? whole;
    if (option === null || option.route !== "bedrock" || option.model.startsWith(`${placeOf(place)}.`)) return [];
    if (findApiModel(catalog, option.model)?.prices.some((row) => regionalPrice(row, place) !== undefined)) return [];
    const text = `${name}: ${option.model} is priced as in Bedrock's US regions; check that ${facts.region} offers it, and for how much`;
    return [{ id: "region-price-unproven", level: "warning", text, line: document.lineOf(`workloads[${index}]`) || null }];
  });
}
