import { describe, expect, it } from "vitest";
import {
  CUSTOMIZATION_RULES,
  dailyBand,
  flowchart,
  monthlyBand,
  STAGE_RULES,
  TEAM_RULES,
} from "../../../src/decide/reference/rules-of-thumb.ts";
import { REFERENCE_ROUTES, referenceRoute } from "../../../src/decide/reference/tables.ts";
import { useCases } from "../../../src/policy/workload.ts";

describe("volume bands", () => {
  it("say API below 100,000 requests a month and self-host above 500,000, and nothing in between", () => {
    expect([99_999, 100_000, 100_001, 300_000, 500_000, 500_001].map(monthlyBand)).toEqual([
      "api",
      "either",
      "either",
      "either",
      "either",
      "self-host",
    ]);
  });

  it("say API below 50,000 requests a day and self-host above 200,000", () => {
    expect([49_999, 50_000, 100_000, 200_000, 200_001].map(dailyBand)).toEqual(["api", "either", "either", "either", "self-host"]);
  });

  it("contradict each other: 500,001 a month is 16,667 a day (C6)", () => {
    expect([monthlyBand(500_001), dailyBand(500_001 / 30)]).toEqual(["self-host", "api"]);
  });
});

describe("flowchart", () => {
  it("asks privacy first and then nothing more", () => {
    expect(flowchart(true, 1, "api")).toEqual({ asked: ["F1"], end: "self-host or private cloud" });
    expect(flowchart(true, 1e9, "api").asked).toEqual(["F1"]);
  });

  it("ends at the API at 500,000 requests a month without computing", () => {
    expect(flowchart(false, 500_000, "self-host")).toEqual({ asked: ["F1", "F2"], end: "api" });
  });

  it("computes from 500,001 requests a month on, and takes what comes out", () => {
    expect(flowchart(false, 500_001, "api")).toEqual({ asked: ["F1", "F2", "F3"], end: "computed: api" });
    expect(flowchart(false, 500_001, "self-host")).toEqual({ asked: ["F1", "F2", "F3"], end: "computed: self-host" });
  });
});

describe("votes by stage, team and customization", () => {
  it("send prototypes to the API, research to own weights, and leave production open", () => {
    expect([STAGE_RULES.prototype.says, STAGE_RULES.research.says, STAGE_RULES.production.says]).toEqual(["api", "self-host", "either"]);
  });

  it("send teams without GPU people to the API, with them to own servers, and leave the learning ones open", () => {
    expect([TEAM_RULES.none.says, TEAM_RULES.dedicated.says, TEAM_RULES.part_time.says]).toEqual(["api", "self-host", "either"]);
  });

  it("never let tone and format alone ask for own servers", () => {
    expect(CUSTOMIZATION_RULES.tone_format).toBe("api");
    expect(CUSTOMIZATION_RULES.prompt).toBe("api");
    expect(CUSTOMIZATION_RULES.sft).toBe("either");
  });
});

describe("routes by kind of work", () => {
  it("send simple, bulk and internal requests to own servers and the rest to the API", () => {
    const own = useCases.filter((useCase) => REFERENCE_ROUTES[useCase].side === "self-host");
    expect(own).toEqual(["simple_qa", "bulk_processing", "internal_tools"]);
  });

  it("send an unknown class to the API, and with personal data to own servers", () => {
    expect(referenceRoute({ useCase: undefined, sensitive: false, down: null })).toBe("api");
    expect(referenceRoute({ useCase: undefined, sensitive: true, down: null })).toBe("self-host");
  });

  for (const useCase of useCases) {
    const side = REFERENCE_ROUTES[useCase].side;
    it(`serve ${useCase} from the ${side} side, or from the other one while that is down`, () => {
      const other = side === "api" ? "self-host" : "api";
      expect(referenceRoute({ useCase, sensitive: false, down: null })).toBe(side);
      expect(referenceRoute({ useCase, sensitive: false, down: other })).toBe(side);
      expect(referenceRoute({ useCase, sensitive: false, down: side })).toBe(other);
    });

    it(`keep ${useCase} with personal data off every API, also in an outage`, () => {
      expect(referenceRoute({ useCase, sensitive: true, down: null })).toBe("self-host");
      expect(referenceRoute({ useCase, sensitive: true, down: "api" })).toBe("self-host");
      expect(referenceRoute({ useCase, sensitive: true, down: "self-host" })).toBe("refuse");
    });
  }
});
