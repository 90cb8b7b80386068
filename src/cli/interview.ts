import { confirm, input, select } from "@inquirer/prompts";
import { type Answers, ASKED, type Asked, type Interview } from "./interview-types.ts";

/** The command line that goes on with what was answered so far. */
const OPTIONS: Readonly<Record<Asked, string>> = {
  name: "--name",
  useCase: "--use-case",
  requestsPerMonth: "--requests-per-month",
  input: "--input",
  output: "--output",
  region: "--region",
};

const isPositive = (text: string) => (Number.isFinite(Number(text)) && Number(text) > 0 ? true : "write a number above 0, e.g. 100000");

function ask(key: Asked, preset: string, { useCases, isRegion }: Interview): Promise<string> {
  switch (key) {
    case "name":
      return input({ message: "Name of the policy", default: preset, required: true });
    case "useCase":
      return select({ message: "Kind of work", default: preset, choices: [...useCases] });
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
  try {
    for (const key of ASKED) {
      if (given[key] !== undefined) continue;
      answers[key] = await ask(key, defaults[key], about);
      known.push(key);
    }
    const files = preview(answers);
    process.stdout.write(`\n${files[0]?.content ?? ""}\n`);
    const isYes = await confirm({ message: `Write ${files.map(({ path }) => path).join(", ")}?`, default: true });
    return isYes ? answers : null;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "ExitPromptError") throw error;
    const so = known.map((key) => `${OPTIONS[key]} ${JSON.stringify(answers[key])}`).join(" ");
    process.stdout.write(`\nto go on from here: breakeven init ${so}\n`);
    return null;
  }
}
