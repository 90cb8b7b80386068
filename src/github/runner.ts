import { z } from "zod";

const count = z.coerce.number().int().positive().default(1);

const RunnerVariables = z.object({
  GITHUB_REPOSITORY: z.string().regex(/^[^/\s]+\/[^/\s]+$/, "must be owner/name"),
  GITHUB_EVENT_NAME: z.string().min(1),
  GITHUB_EVENT_PATH: z.string().min(1),
  GITHUB_SHA: z.string().min(1),
  GITHUB_WORKSPACE: z.string().optional(),
  GITHUB_SERVER_URL: z.string().default("https://github.com"),
  GITHUB_API_URL: z.string().default("https://api.github.com"),
  GITHUB_RUN_ID: z.string().optional(),
  GITHUB_RUN_NUMBER: count,
  GITHUB_RUN_ATTEMPT: count,
  GITHUB_WORKFLOW: z.string().default(""),
  GITHUB_WORKFLOW_REF: z.string().optional(),
  RUNNER_TEMP: z.string().optional(),
});

/** The run that the action is part of, as the runner describes it in its environment. */
export interface Runner {
  readonly repository: { readonly owner: string; readonly repo: string };
  readonly eventName: string;
  readonly eventPath: string;
  /** Commit that triggered the run; for pull requests the test merge of base and head. */
  readonly sha: string;
  readonly workspace: string | null;
  /** Without a trailing slash. */
  readonly serverUrl: string;
  /** Without a trailing slash; `https://host/api/v3` on GitHub Enterprise Server. */
  readonly apiUrl: string;
  readonly runId: string | null;
  /** Counts the runs of one workflow file, from 1. */
  readonly runNumber: number;
  readonly runAttempt: number;
  /** Path of the workflow file, e.g. `acme/support/.github/workflows/llm.yml`, else the workflow's name. */
  readonly workflow: string;
  readonly temp: string | null;
}

/** Reads the runner's variables; a missing one is a defect of whoever starts the bundle, so it throws. */
export function readRunner(env: Readonly<Record<string, string | undefined>>): Runner {
  // An empty variable counts as unset, as it does for the runner.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = RunnerVariables.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`not started by a GitHub Actions runner: ${problems.join("; ")}`);
  }
  const values = parsed.data;
  const [owner = "", repo = ""] = values.GITHUB_REPOSITORY.split("/");
  return {
    repository: { owner, repo },
    eventName: values.GITHUB_EVENT_NAME,
    eventPath: values.GITHUB_EVENT_PATH,
    sha: values.GITHUB_SHA,
    workspace: values.GITHUB_WORKSPACE ?? null,
    serverUrl: values.GITHUB_SERVER_URL.replace(/\/+$/, ""),
    apiUrl: values.GITHUB_API_URL.replace(/\/+$/, ""),
    runId: values.GITHUB_RUN_ID ?? null,
    runNumber: values.GITHUB_RUN_NUMBER,
    runAttempt: values.GITHUB_RUN_ATTEMPT,
    workflow: values.GITHUB_WORKFLOW_REF?.split("@")[0] ?? values.GITHUB_WORKFLOW,
    temp: values.RUNNER_TEMP ?? null,
  };
}

/** Page of the run, e.g. `https://github.com/acme/support/actions/runs/123`; null outside a numbered run. */
export function runUrl(runner: Runner, runId: string | null): string | null {
  if (runId === null) return null;
  return `${runner.serverUrl}/${runner.repository.owner}/${runner.repository.repo}/actions/runs/${runId}`;
}
