import { describe, expect, it } from "vitest";
import { clears, NO_HURDLE } from "../../src/decide/hurdle.ts";

/** Own servers at `own` USD and an API at `api` USD, and what runs today; 50 USD is a tenth of today's bill. */
const overApi = { tieFactor: 1 / 1.02, leastGainUsd: 0 };
const overServers = { tieFactor: 1.02, leastGainUsd: 0 };

describe("what replaces the chosen portfolio", () => {
  it("is worth more, where nothing else counts", () => {
    expect([999.99, 1000, 1000.01].map((usd) => clears(NO_HURDLE, 1000, usd))).toEqual([true, false, false]);
  });

  it("are servers that save 2 % over an API, or an API that costs up to 2 % more than servers", () => {
    // 1,000 / 1.02 = 980.39; 1,000 x 1.02 = 1,020.
    expect([980, 981].map((usd) => clears(overApi, 1000, usd))).toEqual([true, false]);
    expect([1019, 1021].map((usd) => clears(overServers, 1000, usd))).toEqual([true, false]);
  });

  it("has to earn the migration as well where today's option would be left", () => {
    const leaving = { ...overServers, leastGainUsd: 50 };
    expect([949, 951, 1010].map((usd) => clears(leaving, 1000, usd))).toEqual([true, false, false]);
    expect([949, 951].map((usd) => clears({ ...overApi, leastGainUsd: 50 }, 1000, usd))).toEqual([true, false]);
    expect([979, 981].map((usd) => clears({ ...overApi, leastGainUsd: 5 }, 1000, usd))).toEqual([true, false]);
  });

  it("is today's option also when it costs more by less than leaving it must save, whoever wins a tie", () => {
    for (const hurdle of [overApi, NO_HURDLE]) {
      expect([1000, 1050, 1051].map((usd) => clears({ ...hurdle, leastGainUsd: -50 }, 1000, usd))).toEqual([true, true, false]);
    }
    expect([1015, 1021].map((usd) => clears({ ...overServers, leastGainUsd: -10 }, 1000, usd))).toEqual([true, false]);
  });
});
