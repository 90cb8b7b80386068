import { describe, expect, it } from "vitest";
import { branchAndBound, type Goal, type GroupFloor } from "../../src/decide/bounds.ts";
import type { Floor, Floors } from "../../src/decide/floors.ts";
import type { Choice } from "../../src/decide/split.ts";
import type { Member } from "../../src/decide/standing.ts";

const choice = (id: string) => ({ kind: "api", candidate: { id } }) as unknown as Choice;
const tokens = (id: string, usd: number, score = 0) =>
  ({ choice: choice(id), ownUsd: [usd], host: null, usesApi: true, isSplit: false, score }) as unknown as Floor;
/** A place on the fleet of `weights` that is worth `usd` of it were it never idle. */
const servers = (id: string, usd: number, index: number, change: Partial<NonNullable<Floor["host"]>> = {}) =>
  ({
    choice: choice(id),
    ownUsd: [usd],
    host: { weights: "m", besides: null, isPromised: false, member: { index } as Member, ...change },
    usesApi: false,
    isSplit: false,
    score: 0,
  }) as unknown as Floor;

/** The second workload of the policy is decided first: 10 by the token or 4 of a fleet, then the first for 6 or 5. */
const LISTS: readonly (readonly Floor[])[] = [
  [tokens("second-api", 10), servers("second-own", 4, 1)],
  [tokens("first-api", 6), servers("first-own", 5, 0)],
];
/** 1 for everybody, 2 for an API, 3 for servers, 6 for both together. */
const SHARED: Floors["shared"] = { common: 1, api: 2, hosts: 3, both: 6, fullTime: 100, few: 0 };
const floorsOf = (lists = LISTS, shared: Partial<Floors["shared"]> = {}): Floors => ({
  stretches: 1,
  byWorkload: lists.map((floors, at) => ({ index: lists.length - 1 - at, floors })),
  shared: { ...SHARED, ...shared },
});

/** A fleet costs 8, and 1 more for each of its workloads, on one GPU. */
const fleet = (members: readonly Member[], change: Partial<GroupFloor> = {}): GroupFloor => ({
  isElastic: false,
  anyFloorUsd: () => 0,
  smallFloorUsd: () => 0,
  sized: () => ({ usd: 8 + members.length, gpus: 1 }),
  small: () => [],
  ...change,
});

/** What is visited below a limit, whether the search came to its end, and the nodes that it took. */
function searched(limitUsd: number, floors = floorsOf(), floorOf = fleet, change: Partial<Goal> = {}) {
  const visited: string[] = [];
  const goal: Goal = {
    limitUsd: () => limitUsd,
    budgetRatio: 0,
    visit: (assignment) => void visited.push(assignment.map((one) => (one.kind === "api" ? one.candidate.id : "")).join("+")),
    mayGoOn: () => true,
    nodes: 1000,
    visits: 1000,
    ...change,
  };
  const nodes = goal.nodes;
  const ended = branchAndBound(floors, (_, members) => floorOf(members), goal);
  return { visited, ended, nodes: nodes - goal.nodes };
}

describe("branch and bound", () => {
  it("visits what costs less than the limit by its bounds, in policy order, and nothing else", () => {
    // Both on the fleet: 10 + 1 + 3. Both by the token: 10 + 6 + 1 + 2. One of each: 9 + 6 + 1 + 6, or 10 + 9 + 1 + 6.
    const at = (limit: number) => searched(limit).visited.toSorted();
    const [own, api, mixed, other] = ["first-own+second-own", "first-api+second-api", "first-api+second-own", "first-own+second-api"];
    expect(at(13.99)).toEqual([]);
    expect(at(14.01)).toEqual([own]);
    expect(at(18.99)).toEqual([own]);
    expect(at(19.01)).toEqual([api, own]);
    expect(at(21.99)).toEqual([api, own]);
    expect(at(22.01)).toEqual([api, mixed, own]);
    expect(at(25.99)).toEqual([api, mixed, own]);
    expect(at(26.01)).toEqual([api, mixed, other, own]);
    expect(searched(100).visited).toEqual([api, other, mixed, own]);
  });

  it("turns back as early as a bound allows", () => {
    // All: one root, two choices, two more below each of them.
    expect(searched(100)).toMatchObject({ ended: true, nodes: 7 });
    // The second workload by the token leads to 10 + 5 + 3 at the least, without knowing yet which side the other one is on.
    expect([searched(17.99).nodes, searched(18.01).nodes]).toEqual([5, 7]);
    // On the fleet to 4 + 5 + 1 + 3, the parts of both on a fleet that is never idle.
    expect([searched(12.99).nodes, searched(13.01).nodes]).toEqual([3, 5]);
    // And nothing is known at first but 4 + 5 + 1.
    expect([searched(9.99).nodes, searched(10.01).nodes]).toEqual([1, 3]);
  });

  it("ends with its budget: nodes, visits, or what the fleets may cost to size", () => {
    expect(searched(100, floorsOf(), fleet, { nodes: 7 }).ended).toBe(true);
    expect(searched(100, floorsOf(), fleet, { nodes: 6 })).toMatchObject({ ended: false });
    expect(searched(100, floorsOf(), fleet, { visits: 4 }).ended).toBe(true);
    const few = searched(100, floorsOf(), fleet, { visits: 3 });
    expect([few.ended, few.visited.length]).toEqual([false, 3]);
    expect(searched(100, floorsOf(), fleet, { mayGoOn: () => false })).toMatchObject({ ended: false, visited: [] });
  });

  it("counts a full-time job where a fleet is large, unless a small one costs less", () => {
    const large = (smallUsd: number) => (members: readonly Member[]) =>
      fleet(members, { sized: () => ({ usd: 10, gpus: 9 }), small: () => [{ usd: smallUsd, gpus: 8 }] });
    const own = (limit: number, smallUsd: number) => searched(limit, floorsOf(), large(smallUsd)).visited.includes("first-own+second-own");
    // 10 + 4 and 100 for the people, or 30 + 4.
    expect([own(113.99, 200), own(114.01, 200)]).toEqual([false, true]);
    expect([own(33.99, 30), own(34.01, 30)]).toEqual([false, true]);
    const none = (members: readonly Member[]) => fleet(members, { sized: () => ({ usd: 10, gpus: 9 }) });
    expect(searched(113.99, floorsOf(), none).visited).not.toContain("first-own+second-own");
    // Eight GPUs need none.
    const eight = (members: readonly Member[]) => fleet(members, { sized: () => ({ usd: 10, gpus: 8 }) });
    expect(searched(14.01, floorsOf(), eight).visited).toEqual(["first-own+second-own"]);
    // Where no portfolio with so few GPUs could be below the limit, every one with servers pays for the people.
    const many = (limit: number) => searched(limit, floorsOf(LISTS, { few: 1000 })).visited.includes("first-own+second-own");
    expect([many(113.99), many(114.01), many(1000.01)]).toEqual([false, true, true]);
  });

  it("asks the quick bounds of a fleet before it is sized", () => {
    let sized = 0;
    const quick = (anyUsd: number) => (members: readonly Member[]) =>
      fleet(members, {
        anyFloorUsd: () => anyUsd,
        sized: () => {
          sized += 1;
          return { usd: 10, gpus: 1 };
        },
      });
    expect(searched(18.99, floorsOf(), quick(16)).visited).toEqual([]);
    expect(sized).toBe(0);
    expect(searched(18.99, floorsOf(), quick(9)).visited).toEqual(["first-own+second-own"]);
    expect(sized).toBeGreaterThan(0);
    expect(searched(100, floorsOf(), (members) => fleet(members, { sized: () => undefined })).visited).toEqual(["first-api+second-api"]);
  });

  it("counts what a good fit is worth", () => {
    const scored = floorsOf([[tokens("b", 10, 1)], [tokens("a", 6, 0)]]);
    // 19 at a mean score of a half and a budget of a half: worth 19 x 0.75.
    const at = (limit: number) => searched(limit, scored, fleet, { budgetRatio: 0.5 }).visited.length;
    expect([at(14.24), at(14.26)]).toEqual([0, 1]);
  });

  it("has no fleet apart from one without a promise", () => {
    const lists = (isPromised: boolean) => [
      [servers("b", 4, 1, { isPromised })],
      [servers("a", 5, 0, { weights: "m apart", besides: "m" })],
    ];
    expect(searched(100, floorsOf(lists(false))).visited).toEqual([]);
    expect(searched(100, floorsOf(lists(true))).visited).toEqual(["a+b"]);
    // Also where the one with the promise is to come.
    expect(searched(100, floorsOf([...lists(true)].reverse())).visited).toHaveLength(1);
    expect(searched(100, floorsOf([...lists(false)].reverse())).visited).toEqual([]);
  });
});
