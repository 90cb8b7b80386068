import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { SynthModule } from "../../src/github/infrastructure.ts";
import type { Note } from "../../src/github/ports.ts";
import { run } from "../../src/run.ts";
import { synthesize } from "../../stacks/synth-entry.ts";
import type { FakeGitHub } from "./server.ts";

/** What one run of the action left behind, without a process of its own. */
export interface RunHere {
  readonly outputs: Readonly<Record<string, string>>;
  readonly notes: readonly Note[];
  readonly failures: readonly string[];
  readonly summary: string;
  readonly decision: string;
}

export interface HereOptions {
  readonly eventName: string;
  readonly event: unknown;
  readonly sha: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly loadSynth?: () => Promise<SynthModule>;
  /** What happens while the run waits; nothing, and at once, unless given. */
  readonly sleep?: () => Promise<void>;
}

/** Runs the action against a GitHub on loopback in this process; waits are skipped. */
export async function runHere(github: FakeGitHub, options: HereOptions): Promise<RunHere> {
  const folder = await mkdtemp(join(tmpdir(), "breakeven-here-"));
  const workspace = join(folder, "workspace");
  await mkdir(workspace);
  for (const [path, text] of Object.entries(options.files ?? {})) {
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await writeFile(join(workspace, path), text);
  }
  await writeFile(join(folder, "event.json"), JSON.stringify(options.event));
  const inputs = { "github-token": "ghs_test", "as-of": "2026-11-20", ...options.inputs };
  const outputs: Record<string, string> = {};
  const notes: Note[] = [];
  const failures: string[] = [];
  let summary = "";
  try {
    await run({
      env: {
        GITHUB_API_URL: github.url,
        GITHUB_REPOSITORY: "acme/support",
        GITHUB_EVENT_NAME: options.eventName,
        GITHUB_EVENT_PATH: join(folder, "event.json"),
        GITHUB_SHA: options.sha,
        GITHUB_WORKSPACE: workspace,
        GITHUB_WORKFLOW_REF: "acme/support/.github/workflows/breakeven.yml@refs/heads/main",
        GITHUB_RUN_ID: "9001",
        GITHUB_RUN_NUMBER: "5",
        RUNNER_TEMP: folder,
        ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
        ...options.env,
      },
      fetch,
      now: () => new Date("2026-11-20T12:00:00Z"),
      sleep: options.sleep ?? (async () => {}),
      info: () => {},
      annotate: (note) => notes.push(note),
      setOutput: (name, value) => {
        outputs[name] = value;
      },
      appendSummary: async (markdown) => {
        summary += markdown;
      },
      loadSynth: options.loadSynth ?? (async () => ({ synthesize })),
      loadArtifact: () => import("../../src/github/artifact-entry.ts"),
      fail: (message) => failures.push(message),
    });
    const decision = outputs["decision-file"] ? await readFile(outputs["decision-file"], "utf8") : "";
    return { outputs, notes, failures, summary, decision };
  } finally {
    await rm(folder, { recursive: true });
  }
}
