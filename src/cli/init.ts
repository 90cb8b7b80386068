import { access } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import { findRegion, loadCatalog } from "../catalog/index.ts";
import { UserError, writeAllWhole } from "../files.ts";
import { policyJsonSchema } from "../policy/json-schema.ts";
import { starterFiles } from "../policy/starter.ts";
import { useCases } from "../policy/workload.ts";
import { type Answers, ASKED, type InterviewModule, numberFrom } from "./interview-types.ts";
import { program } from "./program.ts";
import { emit } from "./shell.ts";

interface InitOptions {
  readonly name: string;
  readonly useCase: string;
  readonly requestsPerMonth: string;
  readonly input: string;
  readonly output: string;
  readonly region: string;
  readonly dir: string;
  readonly force: boolean;
  readonly yes: boolean;
}

/** `schema`: the JSON Schema of the policy language. */
export async function schemaCommand(): Promise<void> {
  await emit(`${JSON.stringify(policyJsonSchema(), null, 2)}\n`, undefined);
}

/**
 * `init`: writes nothing when one of the files is there already, unless forced. On a terminal it asks for what no option
 * gives and writes after a yes; options, a pipe or `--yes` make it a command for scripts.
 */
export async function initCommand(options: InitOptions, command: Command): Promise<void> {
  await refuseTaken(options);
  const answers = await answersOf(options, command);
  if (answers === null) return emit("nothing was written\n", undefined);
  const files = filesOf(answers, options.dir);
  await writeAllWhole(files);
  await emit(`wrote ${files.map(({ path }) => path).join(", ")}\nnext: ${program()} evaluate ${files[0]?.path ?? ""}\n`, undefined);
}

/** Before the first question, so that nobody answers in vain. */
async function refuseTaken(options: InitOptions): Promise<void> {
  const taken = [];
  for (const { path } of filesOf(options, options.dir)) if (await exists(path)) taken.push(path);
  if (taken.length > 0 && !options.force)
    throw new UserError(`${taken.join(", ")}: already there, nothing was written; use --force to overwrite`);
}

function filesOf(answers: Answers, dir: string) {
  const { name, useCase, region } = answers;
  const requestsPerMonth = positive("--requests-per-month", answers.requestsPerMonth);
  const [inputTokens, outputTokens] = [positive("--input", answers.input), positive("--output", answers.output)];
  return starterFiles({ name, useCase, requestsPerMonth, inputTokens, outputTokens, region }).map(({ path, content }) => ({
    path: join(dir, path),
    content,
  }));
}

async function answersOf(options: InitOptions, command: Command): Promise<Answers | null> {
  const isTalk = process.stdin.isTTY === true && process.stdout.isTTY === true && !options.yes;
  const given = ASKED.filter((key) => command.getOptionValueSource(key) === "cli");
  if (!isTalk || given.length === ASKED.length) return options;
  const bundle: InterviewModule = await import(new URL("./interview.js", import.meta.url).href);
  const catalog = loadCatalog();
  return bundle.interview({
    given: Object.fromEntries(given.map((key) => [key, options[key]])),
    // The folder's own name is the likeliest one.
    defaults: { ...options, name: basename(resolve(options.dir)) || options.name },
    useCases,
    isRegion: (text) => findRegion(catalog, text) !== undefined,
    preview: (answers) => filesOf(answers, options.dir),
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function positive(option: string, text: string): number {
  const value = numberFrom(text);
  if (!Number.isFinite(value) || value <= 0) throw new UserError(`${option} ${JSON.stringify(text)}: write a number above 0, e.g. 100000`);
  return value;
}
