import { setTimeout } from "node:timers/promises";
import { error, info, notice, setFailed, setOutput, summary, warning } from "@actions/core";
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
    fail: (message) => setFailed(message),
  };
}

const annotateAs = { error, warning, notice } as const;

function annotate(note: Note): void {
  const { level, message, title, file, line, column } = note;
  annotateAs[level](message, {
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
