import type { ApiModel, ApiPrice, Region, RegionalPrice } from "./schema.ts";

/**
 * The part of the world that a region's profiles of Bedrock serve: where its data lives, and `us-gov` for GovCloud, whose names and prices are its own.
 *
 * Examples: `eu` for eu-central-1, `jp` for ap-northeast-1, `us-gov` for us-gov-west-1.
 */
export function placeOf({ partition, residency }: Region): string {
  return partition === "aws-us-gov" ? "us-gov" : residency;
}

/** What a region asks instead of the row's prices, by its own name or else by its place; undefined where it asks the same or nothing is known. */
export function regionalPrice({ regional = [] }: ApiPrice, region: Region): RegionalPrice | undefined {
  return regional.find(({ regions }) => regions.includes(region.id)) ?? regional.find(({ regions }) => regions.includes(placeOf(region)));
}

/**
 * The model at the prices of one region; where nothing else is known of it, those of the row. Prices of long prompts are as many times the region's as
 * they are of the row's. A cached price in a batch holds for the row alone.
 *
 * Example: nova-pro costs 0.80 / 3.20 USD in us-east-1, 1.05 / 4.20 in eu-central-1 and 0.96 / 3.84 in us-gov-west-1.
 */
export function pricedIn(model: ApiModel, region: Region | undefined): ApiModel {
  if (region === undefined || !model.prices.some((row) => regionalPrice(row, region) !== undefined)) return model;
  return { ...model, prices: model.prices.map((row) => rowIn(row, region)) };
}

function rowIn(row: ApiPrice, region: Region): ApiPrice {
  const here = regionalPrice(row, region);
  if (here === undefined) return row;
  const { regions, ...price } = here;
  const { batchCachedInputUsdPerMTok, ...rest } = row;
  const tiers = row.tiers.map((tier) => ({
    ...tier,
    inputUsdPerMTok: tier.inputUsdPerMTok * (price.inputUsdPerMTok / row.inputUsdPerMTok),
    outputUsdPerMTok: tier.outputUsdPerMTok * (price.outputUsdPerMTok / row.outputUsdPerMTok),
    cachedInputUsdPerMTok: cachedTier(tier.cachedInputUsdPerMTok, price.cachedInputUsdPerMTok, row.cachedInputUsdPerMTok),
  }));
  return { ...rest, ...price, tiers };
}

function cachedTier(tier: number | null, here: number | null, listed: number | null): number | null {
  return tier === null || here === null || listed === null ? null : tier * (here / listed);
}
