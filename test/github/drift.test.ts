import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Catalog, loadCatalog } from "../../src/catalog/index.ts";
import { evaluate } from "../../src/evaluate.ts";
import { driftState, readRecord } from "../../src/github/drift.ts";
import { watchDrift } from "../../src/github/watch.ts";
import { html, inertProblems } from "../report/gfm.ts";
import { runHere } from "./in-process.ts";
import { type FakeGitHub, startGitHub } from "./server.ts";
import { commit, jobToken, key, testClient } from "./support.ts";

const path = ".github/breakeven.yml";
const text = `version: 1
workloads:
  - name: chat
    volume: { requests_per_month: 20000000 }
    tokens: { input: 800, output: 300 }
    candidates: { api: [gpt-4.1], open: [llama-3.3-70b-instruct] }
gates: { max_monthly_usd: 60000 }
`;
const today = loadCatalog();

/** The catalog with the prices of all instances, and of one model, multiplied. */
function priced(instances: number, api = 1): Catalog {
  return {
    ...today,
    version: `${today.version} x${instances} x${api}`,
    instances: today.instances.map((row) => ({
      ...row,
      usdPerHour: Object.fromEntries(
        Object.entries(row.usdPerHour).map(([region, price]) => [region, { ...price, onDemand: price.onDemand * instances }]),
      ),
    })),
    apiModels: today.apiModels.map((row) =>
      row.id !== "gpt-4.1"
        ? row
        : {
            ...row,
            prices: row.prices.map((price) => ({
              ...price,
              inputUsdPerMTok: price.inputUsdPerMTok * api,
              outputUsdPerMTok: price.outputUsdPerMTok * api,
            })),
          },
    ),
  };
}

let github: FakeGitHub;
beforeEach(async () => {
  github = await startGitHub();
});
afterEach(async () => {
  await github.close();
  expect(github.violations).toEqual([]);
});

function look(catalog: Catalog, policy = text, asOf = "2026-11-20") {
  const result = evaluate({ path, text: policy, base: null, catalog, asOf, engineVersion: "0.0.0" });
  if (result.kind === "invalid") throw new Error("the policy of this test is invalid");
  const { client } = testClient(github);
  const now = driftState([result.evaluation], catalog, asOf);
  return watchDrift({ client, repository: github.repository, key, author: jobToken, now });
}

const dear = priced(5);

describe("the drift watch", () => {
  test("a first run writes the record into one closed issue", async () => {
    expect(await look(today)).toMatchObject({ status: "recorded", url: "https://github.com/acme/support/issues/1", warning: null });
    expect(github.issues).toMatchObject([{ state: "closed" }]);
    expect(readRecord(key, github.issues[0]?.body ?? "")?.accepted.policies[0]).toMatchObject({ file: path, path: "self-host" });
  });

  test("prices that move without a flip write nothing", async () => {
    await look(today);
    expect((await look(priced(1.02), text, "2026-11-27")).status).toBe("unchanged");
    expect(github.callsOf("updateIssue")).toHaveLength(1);
  });

  test("a decision that prices flip opens the issue, with old and new and the prices that moved", async () => {
    await look(today);
    expect((await look(dear, text, "2026-11-27")).status).toBe("opened");
    const [issue] = github.issues;
    expect(issue?.state).toBe("open");
    expect(issue?.body).toContain("| Policy | What | On 2026-11-20 | On 2026-11-27 |");
    expect(issue?.body).toContain("| `.github/breakeven.yml` | path | self-host | API |");
    expect(issue?.body).toMatch(/- `[\w.]+ in us-east-1, USD\/h`: \$[\d.]+ to \$[\d.]+/);
    expect(github.issues).toHaveLength(1);
  });

  test("a gate that prices alone break opens it too", async () => {
    await look(priced(1, 0.4), text.replace("open: [llama-3.3-70b-instruct]", "open: []"));
    await look(today, text.replace("open: [llama-3.3-70b-instruct]", "open: []"));
    expect(github.issues[0]?.state).toBe("open");
    expect(github.issues[0]?.body).toContain("| gate `max_monthly_usd` | pass | **fail** |");
    expect(github.issues[0]?.body).toMatch(/- `gpt-4\.1 input, USD\/MTok`: \$0\.80 to \$2\.00/);
  });

  test("it is written once for one flip, and closed when the old decision returns", async () => {
    await look(today);
    await look(dear);
    expect((await look(dear, text, "2026-12-04")).status).toBe("unchanged");
    expect(github.callsOf("updateIssue")).toHaveLength(2);
    expect((await look(today)).status).toBe("closed");
    expect(github.issues).toMatchObject([{ state: "closed" }]);
    expect((await look(dear)).status).toBe("opened");
  });

  test("closing it by hand accepts the new decision", async () => {
    await look(today);
    await look(dear);
    for (const issue of github.issues) issue.state = "closed";
    expect((await look(dear)).status).toBe("unchanged");
    expect((await look(today)).status).toBe("opened");
  });

  test("an edited policy is a new record, not a flip", async () => {
    await look(today);
    await look(dear);
    expect((await look(dear, `# reviewed\n${text}`)).status).toBe("closed");
    expect((await look(dear, `# reviewed\n${text}`)).status).toBe("unchanged");
    expect((await look(today, `# reviewed\n${text}`)).status).toBe("opened");
    expect(github.issues).toHaveLength(1);
  });

  test("a stranger's issue with the marker, and a pull request, are never touched", async () => {
    await look(today);
    const [own] = github.issues.splice(0);
    github.issues.push({ ...Object(own), number: 1, login: "mallory", type: "User" }, { ...Object(own), number: 2, isPull: true });
    expect((await look(dear)).status).toBe("recorded");
    expect(github.issues).toHaveLength(3);
    expect(github.issues.slice(0, 2).map(({ state }) => state)).toEqual(["closed", "closed"]);
  });

  test("a record that was tampered with is begun anew, and one of two open issues is closed", async () => {
    await look(today);
    const [own] = github.issues;
    if (own === undefined) throw new Error("there is an issue");
    own.body = `<!-- breakeven:${key} drift AAAA -->\nnonsense`;
    github.issues.push({ ...own, number: 2, state: "open" });
    expect((await look(today)).status).toBe("unchanged");
    expect(github.issues.map(({ state }) => state)).toEqual(["closed", "closed"]);
    expect((await look(dear)).status).toBe("opened");
  });

  test("without the permission it says which one is missing", async () => {
    github.mayWriteIssues = false;
    const outcome = await look(today);
    expect(outcome).toMatchObject({ status: "failed", url: null });
    expect(outcome.warning).toContain('give the job the permission "issues: write"');
  });

  test("hostile names are inert in the issue", async () => {
    const hostile = text.replace("name: chat", 'name: "@acme/team <img src=x> | `#1` --> "');
    const result = evaluate({ path, text: hostile, base: null, catalog: today, asOf: "2026-11-20", engineVersion: "0.0.0" });
    if (result.kind === "invalid") return expect(result.diagnostics[0]?.path).toContain("name");
    await look(today, hostile);
    await look(dear, hostile);
    expect(inertProblems(html(github.issues[0]?.body ?? ""), /^$/)).toEqual([]);
  });
});

describe("on schedule", () => {
  const scheduled = (inputs: Readonly<Record<string, string>>) =>
    runHere(github, { eventName: "schedule", event: {}, sha: commit("a1"), files: { [path]: text }, inputs });

  test("the action keeps the issue when asked to, and says where it is", async () => {
    const first = await scheduled({ "drift-issue": "true" });
    expect(first.outputs).toMatchObject({
      "comment-status": "skipped-event",
      "drift-issue-url": "https://github.com/acme/support/issues/1",
    });
    await scheduled({ "drift-issue": "true" });
    expect(github.callsOf("createIssue")).toHaveLength(1);
    expect(first.decision).toContain('"path": "self-host"');
  });

  test("the action writes no issue when nobody asked", async () => {
    expect((await scheduled({})).outputs["drift-issue-url"]).toBe("");
    expect(github.callsOf("listIssues")).toEqual([]);
  });

  test("a run by hand on another branch leaves the record of the default branch as it is", async () => {
    const dispatched = (ref: string, policy: string) =>
      runHere(github, {
        eventName: "workflow_dispatch",
        event: { ref, repository: { default_branch: "main" } },
        sha: commit("a1"),
        files: { [path]: policy },
        inputs: { "drift-issue": "true" },
      });
    await dispatched("refs/heads/main", text);
    const record = github.issues[0]?.body;
    const { failures, notes, outputs } = await dispatched("refs/heads/try", `# tried\n${text}`);
    expect(failures).toEqual([]);
    expect(notes).toContainEqual(
      expect.objectContaining({ level: "warning", message: expect.stringContaining("this run is on refs/heads/try") }),
    );
    expect(outputs["drift-issue-url"]).toBe("");
    expect(github.issues).toMatchObject([{ body: record }]);
  });

  test("a token without the permission is a warning and nothing more", async () => {
    github.mayWriteIssues = false;
    const run = await scheduled({ "drift-issue": "true" });
    expect(run.failures).toEqual([]);
    expect(run.notes.map(({ message }) => message)).toContainEqual(expect.stringContaining('"issues: write"'));
    expect(run.summary).toContain("drift watch");
  });
});
