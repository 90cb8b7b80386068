import { setTimeout } from "node:timers/promises";
import { error, info, notice, setFailed, setOutput, summary, warning } from "@actions/core";
import { clean } from "../report/text.ts";
import { networkFetch } from "./network.ts";
import { type Note, type Ports, plainLine } from "./ports.ts";

/** The real ports: the runner's files and commands, its proxy-aware fetch, and the clock. */
export function actionPorts(): Ports {
  return {
    env: process.env,
    fetch: networkFetch,
    now: () => new Date(),
    sleep: (ms) => setTimeout(ms),
    info: (text) => info(plainLine(text)),
    annotate,
    setOutput: (name, value) => setOutput(name, value),
    appendSummary,
    loadSynth: () => import(new URL("./synth.js", import.meta.url).href),
    loadArtifact: () => import(new URL("./artifact.js", import.meta.url).href),
    fail: (message) => setFailed(clean(message, LONGEST_MESSAGE)),
  };
}

/** The runner cuts a longer message (actions/runner, ExecutionContext, read 2026-11-29). File names of a pull request stand in messages too. */
const LONGEST_MESSAGE = 4096;
const annotateAs = { error, warning, notice } as const;

function annotate(note: Note): void {
  const { level, message, title, file, line, column } = note;
  annotateAs[level](clean(message, LONGEST_MESSAGE), {
    ...(title === undefined ? {} : { title }),
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { startLine: line }),
    ...(column === undefined ? {} : { startColumn: column }),
  });
}

/** A runner without job summaries is no failure: the result files have the report as well. */
async function appendSummary(markdown: string): Promise<void> {
  if (!process.env.GITHUB_STEP_SUMMARY) return info("no GITHUB_STEP_SUMMARY: the job summary is left out");
  await summary.addRaw(markdown).write();
}
