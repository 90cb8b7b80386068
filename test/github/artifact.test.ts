import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ArtifactService, startArtifactService } from "./artifact-service.ts";
import { findNode24, runAction } from "./runner.ts";
import type { FakeGitHub } from "./server.ts";
import { commit, policyPath, pullNumber, smallPolicy, startGitHubWithPull } from "./support.ts";

const [head, base] = [commit("a1"), commit("b2")];
let github: FakeGitHub;
let service: ArtifactService;

beforeEach(async () => {
  github = await startGitHubWithPull(head, base);
  service = await startArtifactService();
});

afterEach(async () => {
  await github.close();
  await service.close();
  expect(github.violations).toEqual([]);
  expect(service.violations).toEqual([]);
});

function act(env: Readonly<Record<string, string>>, html = "upload") {
  return runAction({
    // The version that the runner uses, where there is one.
    node: findNode24() ?? process.execPath,
    apiUrl: github.url,
    eventName: "pull_request",
    event: {
      action: "synchronize",
      pull_request: { number: pullNumber, head: { sha: head, repo: { full_name: "acme/support" } }, base: { sha: base } },
    },
    sha: commit("d4"),
    files: { [policyPath]: smallPolicy(200_000) },
    inputs: { "html-report": html },
    env,
  });
}

const runtime = () => ({ ACTIONS_RUNTIME_TOKEN: service.token, ACTIONS_RESULTS_URL: `${service.url}/` });

describe("the report as an artifact", () => {
  test("is uploaded whole, as a page that opens, and named in output and summary", async () => {
    const run = await act(runtime());

    expect(run).toMatchObject({ code: 0, outputs: { "comment-status": "created" } });
    expect(run.outputs["html-report-url"]).toBe("https://github.com/acme/support/actions/runs/9001/artifacts/77");
    expect(run.summary).toContain(
      "[Open the report with charts and a what-if](https://github.com/acme/support/actions/runs/9001/artifacts/77)",
    );
    expect(run.annotations("warning").join("\n")).not.toContain("uploaded");
    const [artifact, ...others] = service.artifacts;
    expect(others).toEqual([]);
    expect(artifact?.created).toMatchObject({ workflow_run_backend_id: "run-backend", workflow_job_run_backend_id: "job-backend" });
    expect(artifact?.created.name).toMatch(/^breakeven-report-[0-9a-f]{12}\.html$/);
    expect(artifact?.contentType).toBe("text/html");
    const page = artifact?.blob?.toString("utf8") ?? "";
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain("requests_per_month: 200000");
    expect(page.trimEnd().endsWith("</html>")).toBe(true);
    expect(artifact?.finalized).toMatchObject({ size: String(artifact?.blob?.length) });
  });

  test("that cannot be uploaded is a warning: comment, gates and files stand", async () => {
    service.failWith = 403;
    const run = await act(runtime());

    expect(run).toMatchObject({ code: 0, outputs: { "comment-status": "created", "html-report-url": "" } });
    expect(run.outputs["html-report-file"]).toMatch(/report\.html$/);
    expect(run.annotations("warning").join("\n")).toMatch(/the HTML report was not uploaded: .+; it is written all the same/);
    expect(run.summary).toContain("the HTML report was not uploaded");
    expect(github.comments).toHaveLength(1);
  });

  test("is not tried where the runner has no such service, nor on GitHub Enterprise Server", async () => {
    const without = await act({});
    expect(without).toMatchObject({ code: 0, outputs: { "html-report-url": "" } });
    expect(without.annotations("warning").join("\n")).toContain("the runner offers no artifact service");

    const server = await act({ ...runtime(), GITHUB_SERVER_URL: "https://git.acme.example" });
    expect(server).toMatchObject({ code: 0, outputs: { "html-report-url": "" } });
    expect(server.annotations("warning").join("\n")).toContain("GitHub Enterprise Server has another artifact service");
    expect(service.artifacts).toEqual([]);
  });

  test("is uploaded only when asked: true writes the file alone", async () => {
    const run = await act(runtime(), "true");
    expect(run.outputs).toMatchObject({ "html-report-url": "" });
    expect(run.outputs["html-report-file"]).toMatch(/report\.html$/);
    expect(service.artifacts).toEqual([]);
  });
});
