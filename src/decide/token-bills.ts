import { type ApiBill, apiBill, asBilled, overflowBill, requestsIn, scaleBill, scaledUsd } from "./api-cost.ts";
import type { WorkloadFacts } from "./facts.ts";
import type { SizedFleet } from "./fleet.ts";
import type { TokenOption } from "./options.ts";
import type { PricingContext } from "./pricing-context.ts";
import { EXPECTED, scenario } from "./scenario.ts";

/** What workloads buy by the token in one scenario. A bill is linear in volume and price, so each is priced once and scaled. */
export class TokenBills {
  readonly #context: PricingContext;
  readonly #workloadAt: (index: number) => WorkloadFacts;
  readonly #tokens: Map<TokenOption, number>[] = [];

  constructor(context: PricingContext, workloadAt: (index: number) => WorkloadFacts) {
    this.#context = context;
    this.#workloadAt = workloadAt;
  }

  /** All tokens of one workload on one API. */
  bill(index: number, option: TokenOption): ApiBill {
    return scaleBill(this.#billAtList(index, option), this.#volume(index), this.#context.what.apiPrice);
  }

  #billAtList(index: number, option: TokenOption): ApiBill {
    const { facts, asOf, what, memo } = this.#context;
    const key = `${index}|${option.candidate.id}|${what.tokens}`;
    const known = memo.bills.get(key);
    if (known !== undefined) return known;
    const bill = apiBill(option.candidate.model, asBilled(this.#workloadAt(index), option), facts, asOf, scenario({ tokens: what.tokens }));
    memo.bills.set(key, bill);
    return bill;
  }

  /** Requests in this scenario against the expected ones. */
  #volume(index: number): number {
    const workload = this.#workloadAt(index);
    return requestsIn(workload, 0, this.#context.what) / requestsIn(workload, 0, EXPECTED);
  }

  /** What all requests would cost at the price of an overflow, which never waits for a batch: list price and expected volume. */
  overflowAtList(index: number, to: TokenOption): ApiBill {
    const { facts, asOf, what, memo } = this.#context;
    const workload = this.#workloadAt(index);
    const key = `${index}|${to.candidate.id}|${what.tokens}|overflow`;
    const known = memo.bills.get(key);
    if (known !== undefined) return known;
    const bill = apiBill(to.candidate.model, { ...asBilled(workload, to), batchRatio: 0 }, facts, asOf, scenario({ tokens: what.tokens }));
    memo.bills.set(key, bill);
    return bill;
  }

  /** Tokens of one workload on one API, in USD a month. */
  tokenUsd(index: number, option: TokenOption): number {
    this.#tokens[index] ??= new Map();
    const known = this.#tokens[index].get(option);
    if (known !== undefined) return known;
    const usd = scaledUsd(this.#billAtList(index, option), this.#volume(index), this.#context.what.apiPrice);
    this.#tokens[index].set(option, usd);
    return usd;
  }

  /** What leaves a split workload for its API beside this fleet. */
  overflowBill(index: number, overflow: TokenOption, fleet: SizedFleet): ApiBill {
    const { facts, asOf, what } = this.#context;
    const workload = this.#workloadAt(index);
    const shares = fleet.overflowShares.get(workload.name);
    if (shares === undefined) throw new Error(`defect: ${workload.name} is split, but its fleet does not say what overflows`);
    const list = this.overflowAtList(index, overflow);
    const [volume, price] = [this.#volume(index), what.apiPrice];
    const full = list.byMonthUsd.map((usd) => usd * volume * price);
    return overflowBill(full, shares, () => {
      const all = { ...asBilled(workload, overflow), batchRatio: 0 };
      const bill = apiBill(overflow.candidate.model, all, facts, asOf, scenario({ tokens: what.tokens }), shares);
      return scaleBill(bill, volume, price).lines;
    });
  }
}
