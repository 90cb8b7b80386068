import { expect, it } from "vitest";
import { byText } from "../../src/decide/order.ts";

it("ids are ordered by code unit, and equal ones are equal", () => {
  expect(["b", "a", "B", "a-1", "a"].sort(byText)).toEqual(["B", "a", "a", "a-1", "b"]);
  expect([byText("a", "b"), byText("b", "a"), byText("a", "a")]).toEqual([-1, 1, 0]);
});
