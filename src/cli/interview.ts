import { confirm, input, select } from "@inquirer/prompts";
import { shellWord } from "../report/text.ts";
import { type Answers, ASKED, type Asked, type Interview, numberFrom } from "./interview-types.ts";
import { program } from "./program.ts";

/** The command line that goes on with what was answered so far. */
const OPTIONS: Readonly<Record<Asked, string>> = {
  name: "--name",
  useCase: "--use-case",
  requestsPerMonth: "--requests-per-month",
  input: "--input",
  output: "--output",
  region: "--region",
};

/** What a kind of work stands for, in the words of somebody who has one. */
const USE_CASES: Readonly<Record<Interview["useCases"][number], string>> = {
  simple_qa: "short answers: classification, extraction, FAQ",
  complex_reasoning: "long chains of thought: analysis, agents",
  code_generation: "code: completion, review, repair",
  bulk_processing: "documents by the million, nobody waits",
  customer_facing: "a chat that customers wait for",
  internal_tools: "assistants for your own people, in office hours",
};

/** Columns of the longest kind of work. */
const LONGEST = Math.max(...Object.keys(USE_CASES).map((name) => name.length));

function isPositive(text: string): true | string {
  const value = numberFrom(text);
  return Number.isFinite(value) && value > 0 ? true : "write a number above 0, e.g. 100,000";
}

function ask(key: Asked, preset: string, { useCases, isRegion }: Interview): Promise<string> {
  switch (key) {
    case "name":
      return input({ message: "Name of the policy", default: preset, required: true });
    case "useCase":
      return select({
        message: "Kind of work",
        default: preset,
        choices: useCases.map((value) => ({ value, name: `${value.padEnd(LONGEST)}  ${USE_CASES[value]}`, short: value })),
      });
    case "requestsPerMonth":
      return input({ message: "Requests in an average month", default: preset, validate: isPositive });
    case "input":
      return input({ message: "Mean input tokens of a request", default: preset, validate: isPositive });
    case "output":
      return input({ message: "Mean output tokens of a request", default: preset, validate: isPositive });
    case "region": {
      const validate = (text: string) => isRegion(text) || `${JSON.stringify(text)} is not in the catalog, e.g. us-east-1`;
      return input({ message: "AWS region where GPUs of your own would run", default: preset, validate });
    }
  }
}

/**
 * Asks for what is not given, shows the policy and asks whether to write. Null when the answer is no. Who breaks off is told
 * the command that goes on from there; nothing is kept anywhere else.
 */
export async function interview(about: Interview): Promise<Answers | null> {
  const { given, defaults, preview } = about;
  const answers: Record<Asked, string> = { ...defaults };
  const known: Asked[] = ASKED.filter((key) => given[key] !== undefined);
  process.stdout.write("Six questions at most; Enter takes the value in brackets.\nNothing is written before you say yes.\n\n");
  try {
    for (const key of ASKED) {
      if (given[key] !== undefined) continue;
      answers[key] = await ask(key, defaults[key], about);
      known.push(key);
    }
    const files = preview(answers);
    process.stdout.write(`\nThis is ${files[0]?.path ?? ""}:\n\n${files[0]?.content ?? ""}\n`);
    const isYes = await confirm({ message: `Write ${files.map(({ path }) => path).join(", ")}?`, default: true });
    if (isYes) return answers;
    sayHowToGoOn(known, answers, "to change an answer");
    return null;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "ExitPromptError") throw error;
    sayHowToGoOn(known, answers, "to go on from here");
    return null;
  }
}

/** The answers live in this command and nowhere else. */
function sayHowToGoOn(known: readonly Asked[], answers: Answers, why: string): void {
  const words = known.map((key) => `${OPTIONS[key]} ${shellWord(answers[key])}`);
  process.stdout.write(`\n${why}: ${[`${program()} init`, ...words].join(" ")}\n`);
}
