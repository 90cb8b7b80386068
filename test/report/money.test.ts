import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { band, change, percent, quantity, unitPrice, usd, usdChange } from "../../src/report/money.ts";

describe("amounts", () => {
  test("are whole dollars with separators from 100 up and cents below", () => {
    expect([14_820.4, 1_234_567.5, 100, 99.994, 99.996, 12.3, 0.01].map(usd)).toEqual([
      "$14,820",
      "$1,234,568",
      "$100",
      "$99.99",
      "$100",
      "$12.30",
      "$0.01",
    ]);
  });

  test("of a band are its ends; a band without width is no certainty and says so", () => {
    expect(band({ p10: 13_100, p90: 16_900 })).toBe("$13,100 to $16,900");
    expect(band({ p10: 81_900.6, p90: 81_901.2 })).toBe("no spread");
  });

  test("that nobody knows are not priced, and none is ever called free", () => {
    expect([usd(null), usdChange(null), unitPrice(null), change(null, 10)]).toEqual(Array(4).fill("not priced"));
    expect([usd(0), usd(-0), usd(0.001)]).toEqual(["$0.00", "$0.00", "under $0.01"]);
  });

  test("carry a true minus sign when they fall", () => {
    expect([usd(-45.2), usdChange(-45.2), usdChange(310), usdChange(0), usdChange(0.004)]).toEqual([
      "−$45.20",
      "−$45.20",
      "+$310",
      "no change",
      "no change",
    ]);
  });

  test("of a change come with their share of the amount before, where there is one", () => {
    expect(change(2310, 12_510)).toBe("+$2,310 (+18.5%)");
    expect(change(-1515, 1515)).toBe("−$1,515 (−100%)");
    expect(change(50, null)).toBe("+$50.00");
    expect(change(50, 0)).toBe("+$50.00");
    expect(change(0.5, 1_000_000)).toBe("+$0.50");
  });
});

test("unit prices keep as many digits as the price list gives", () => {
  expect([0.4, 31.464, 10.49264, 113.9328, 2.5e-6, 95, 0.0225, 0, 1234.5].map(unitPrice)).toEqual([
    "$0.40",
    "$31.464",
    "$10.49264",
    "$113.9328",
    "$0.0000025",
    "$95.00",
    "$0.0225",
    "$0.00",
    "$1,234.50",
  ]);
});

test("ratios are percent with one decimal below 100", () => {
  expect([0.185, 0.1, 0.0004, 1, 12.4, 0].map(percent)).toEqual(["18.5%", "10%", "0%", "100%", "1,240%", "0%"]);
});

test("quantities are counts with separators, and keep their digits when small", () => {
  expect([3_041_666.7, 730, 12.5, 99.999, 0.0421, 0, -3].map(quantity)).toEqual(["3,041,667", "730", "12.5", "100", "0.0421", "0", "−3"]);
});

test("no finite figure is written with an exponent, and reading it back gives the figure within the rounding shown", () => {
  const amounts = fc.double({ min: -1e14, max: 1e14, noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(amounts, (value) => {
      const written = usd(value);
      expect(written).toMatch(/^(under \$0\.01|−?\$\d{1,3}(,\d{3})*(\.\d\d)?)$/);
      if (written.startsWith("under")) return;
      const read = Number(written.replace(/[$,]/g, "").replace("−", "-"));
      expect(Math.abs(read - value)).toBeLessThanOrEqual(Math.abs(value) < 99.99 ? 0.006 : 0.51);
    }),
  );
});
