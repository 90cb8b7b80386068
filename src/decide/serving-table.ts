import type { ServingOption, ServingSearch } from "../capacity/types.ts";
import type { OpenModel } from "../catalog/schema.ts";
import { cacheSuffix } from "./pairs.ts";

/** What the capacity model found for one workload on one model: by configuration key, at the first and the last month's tokens. */
export interface ServingTable {
  readonly model: OpenModel;
  readonly options: ReadonlyMap<string, ServedConfiguration>;
}

/** One configuration at the first and the last month's tokens, and its rate at the ends of the declared ranges against the expected one. */
export interface ServedConfiguration {
  readonly first: ServingOption;
  readonly last: ServingOption;
  readonly rateRatio: { readonly low: number; readonly expected: 1; readonly high: number };
}

/** Searches of one model for one workload: by month of the horizon, and at the ends of the declared token ranges. */
export interface ServingSearches {
  readonly first: ServingSearch;
  readonly last: ServingSearch;
  readonly low: ServingSearch;
  readonly high: ServingSearch;
}

/** Identity of a serving configuration, without the context length: `fp8/h100-80gb/tp2`, with `/kv-fp8` where the KV cache is in fp8. */
export function configurationKey(option: ServingOption): string {
  const { configuration } = option;
  const known = configurationKeys.get(configuration);
  if (known !== undefined) return known;
  const { precision, gpu, tensorParallel } = configuration;
  const key = `${precision}/${gpu.id}/tp${tensorParallel}${cacheSuffix(option)}`;
  configurationKeys.set(configuration, key);
  return key;
}

const configurationKeys = new WeakMap<ServingOption["configuration"], string>();

/**
 * Joins the searches: a configuration must serve the first and the last month's request size. Where it does not serve the
 * ends of a declared range, its rate there is taken as in proportion to the tokens.
 */
export function servingTable(
  model: OpenModel,
  searches: ServingSearches,
  tokenRatio: { readonly low: number; readonly high: number },
  allowed: (option: ServingOption) => boolean,
): ServingTable {
  const byKey = (search: ServingSearch) => new Map(search.served.map((option) => [configurationKey(option), option]));
  // Plain numbers without growth make one search of all four.
  const same = (search: ServingSearch) => (search === searches.first ? null : byKey(search));
  const [later, low, high] = [same(searches.last), same(searches.low), same(searches.high)];
  const options = new Map<string, ServedConfiguration>();
  for (const first of searches.first.served) {
    const key = configurationKey(first);
    const last = later === null ? first : later.get(key);
    if (last === undefined || !allowed(first)) continue;
    const rate = first.capacity.requestsPerSecond.expected;
    const ratio = (end: ServingOption | undefined, tokens: number) =>
      end === undefined ? 1 / tokens : end.capacity.requestsPerSecond.expected / rate;
    options.set(key, {
      first,
      last,
      rateRatio: {
        low: ratio(low === null ? first : low.get(key), tokenRatio.low),
        expected: 1,
        high: ratio(high === null ? first : high.get(key), tokenRatio.high),
      },
    });
  }
  return { model, options };
}
