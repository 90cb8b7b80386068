import { describe, expect, it } from "vitest";
import { fewGpus } from "../../src/decide/few-gpus.ts";

const large = [
  { usd: 100, gpus: 6 },
  { usd: 150, gpus: 3 },
];
const other = [{ usd: 80, gpus: 4 }];

describe("fleets of few GPUs", () => {
  it("take the smaller, dearer size where eight GPUs do not hold the other one too", () => {
    expect(fewGpus([large])).toEqual([{ usd: 100, gpus: 6 }]);
    expect(fewGpus([large, other])).toEqual([
      { usd: 150, gpus: 3 },
      { usd: 80, gpus: 4 },
    ]);
  });

  it("are none where they do not fit, cost as much as the alternative, or may not be together", () => {
    expect(fewGpus([large, other, other])).toBeUndefined();
    expect(fewGpus([large, other], 230)).toBeUndefined();
    expect(fewGpus([large, other], 231)).toHaveLength(2);
    expect(fewGpus([large, other], 1_000, () => false)).toBeUndefined();
  });
});
