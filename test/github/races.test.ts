import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { splitComment } from "../../src/github/marker.ts";
import { type FakeGitHub, startGitHub } from "./server.ts";
import { commentJob, commit, pullNumber, runState, upsertComment } from "./support.ts";

const PAIRS = 50;
let github: FakeGitHub;

beforeEach(async () => {
  github = await startGitHub();
  github.pulls.set(pullNumber, commit("a1"));
});
afterEach(async () => {
  await github.close();
  expect(github.violations).toEqual([]);
});

/** Numbers between 0 and 1 from a seed (mulberry32): the same interleavings on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
/** Longest delay of one answer; the pause after a write is longer, as it is on GitHub. */
const LATENCY_MS = 4;

/** Every answer of the server takes its own time. */
function shaken(random: () => number): void {
  for (const operation of ["listComments", "getPull", "createComment", "getComment", "updateComment", "deleteComment"] as const) {
    github.before(operation, () => pause(random() * LATENCY_MS));
  }
}

function job(runNumber: number, digits: string) {
  return commentJob(github, `of run ${runNumber}`, {
    run: runState({ runNumber, head: commit(digits), runId: `${runNumber}` }),
    sleep: () => pause(4 * LATENCY_MS),
  });
}

function comments(): readonly string[] {
  return github.comments.map(({ body }) => splitComment(body).text.split("\n")[0] ?? "");
}

describe("races", () => {
  test(`${PAIRS} pairs of simultaneous first runs of one commit end with exactly one comment, the newest`, {
    timeout: 60_000,
  }, async () => {
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const random = randomFrom(pair);
      github.comments.length = 0;
      shaken(random);
      const numbers = random() < 0.5 ? [5, 6] : [6, 5];
      await Promise.all(numbers.map((number) => upsertComment(job(number, "a1"))));
      expect(comments(), `pair ${pair}`).toEqual(["of run 6"]);
    }
  });

  test(`${PAIRS} runs that a newer commit overtakes in flight end with exactly one comment, the newest`, { timeout: 60_000 }, async () => {
    for (let round = 0; round < PAIRS; round += 1) {
      const random = randomFrom(1000 + round);
      github.comments.length = 0;
      github.pulls.set(pullNumber, commit("a1"));
      shaken(random);
      if (random() < 0.5) await upsertComment(job(4, "a1"));
      const old = upsertComment(job(5, "a1"));
      await pause(random() * 3 * LATENCY_MS);
      github.pulls.set(pullNumber, commit("b2"));
      const young = upsertComment(job(6, "b2"));
      await Promise.all([old, young]);
      expect(comments(), `round ${round}`).toEqual(["of run 6"]);
    }
  });

  test("a run that is overtaken between its last look and its write does not have the last word", async () => {
    for (const first of [true, false]) {
      github.comments.length = 0;
      github.pulls.set(pullNumber, commit("a1"));
      if (!first) await upsertComment(job(4, "a1"));
      let go: () => void = () => {};
      const held = new Promise<void>((resolve) => {
        go = resolve;
      });
      const operation = first ? "createComment" : "updateComment";
      let holding = true;
      github.before(operation, () => (holding ? held : undefined));
      const old = upsertComment(job(5, "a1"));
      await vi.waitUntil(() => github.callsOf("getPull").length > 0);
      await pause(LATENCY_MS);
      holding = false;
      github.pulls.set(pullNumber, commit("b2"));
      // The newer run writes first; the older one gets its turn in the pause after that.
      const settle = async () => {
        go();
        await old;
      };
      await upsertComment({ ...job(6, "b2"), sleep: settle });
      expect(comments()).toEqual(["of run 6"]);
      github.calls.length = 0;
    }
  });
});
