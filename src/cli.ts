#!/usr/bin/env node
import { Command, CommanderError, Option } from "commander";
import { capacityCommand } from "./cli/capacity.ts";
import { catalogCheck, catalogList, catalogShow } from "./cli/catalog.ts";
import { evaluateCommand, explainCommand } from "./cli/evaluate.ts";
import { initCommand, schemaCommand } from "./cli/init.ts";
import { ENGINE_VERSION, EXIT, today } from "./cli/shell.ts";
import { synthCommand } from "./cli/synth.ts";
import { usageImportCommand } from "./cli/usage.ts";
import { UserError } from "./files.ts";
import { useCases } from "./policy/workload.ts";

function program(): Command {
  const root = new Command("breakeven")
    .description("decides how each LLM workload should be served: API, self-hosted or hybrid; explains it, prices it, builds it")
    .version(ENGINE_VERSION)
    .showHelpAfterError("(run with --help for the options)")
    .exitOverride();
  const asOf = () => new Option("--as-of <date>", "date that prices are read at, YYYY-MM-DD").default(today(), "today");
  const format = (...choices: string[]) => new Option("--format <format>", "form of the result").choices(choices).default(choices[0]);

  root
    .command("evaluate")
    .description("decide one or more policies")
    .argument("<policy...>", "policy files")
    .option("--base <policy>", "the same policy on the base branch, to compare with")
    .addOption(format("text", "markdown", "json", "html"))
    .option("--out <file>", "write the result to a file instead of standard output")
    .addOption(asOf())
    .action(evaluateCommand);
  root
    .command("explain")
    .description("print the full trace: every option, every rule, every figure with its source")
    .argument("<policy>", "policy file")
    .option("--workload <name>", "only this workload")
    .addOption(asOf())
    .action(explainCommand);
  root
    .command("capacity")
    .description("the capacity model alone: one configuration, or one prediction for each row of a CSV file")
    .option("--csv <file>", "measured rows; prints one JSON line for each")
    .option("--model <id>", "open-weight model of the catalog")
    .option("--gpu <id>", "GPU of the catalog")
    .option("--tp <n>", "tensor parallel size", "1")
    .option("--precision <precision>", "bf16, fp8, int8, int4, mxfp4 or nvfp4", "bf16")
    .option("--input <tokens>", "mean input tokens of a request")
    .option("--output <tokens>", "mean output tokens of a request")
    .option("--concurrency <n>", "requests running at once; without it, the most that fit")
    .addOption(format("text", "json"))
    .action(capacityCommand);
  root
    .command("init")
    .description("write a commented starter policy, its workflow and cdktf.json; on a terminal it asks for what no option gives")
    .option("--name <name>", "name of the policy", "my-service")
    .addOption(new Option("--use-case <use-case>", "kind of work").choices([...useCases]).default("customer_facing"))
    .option("--requests-per-month <n>", "requests in an average month", "100000")
    .option("--input <tokens>", "mean input tokens of a request", "1000")
    .option("--output <tokens>", "mean output tokens of a request", "300")
    .option("--region <region>", "AWS region", "us-east-1")
    .option("--dir <folder>", "where to write", ".")
    .option("--force", "overwrite files that exist", false)
    .option("--yes", "ask nothing, take the defaults", false)
    .action(initCommand);
  root
    .command("usage")
    .description("what was really used")
    .command("import")
    .description("volume and tokens for a policy from an OpenAI usage export, LiteLLM spend logs or a FOCUS bill")
    .argument("<file>", "CSV, JSON or JSONL file, also as .gz")
    .option("--policy <policy>", "compare with what this policy declares")
    .option("--workload <name>", "the workload of the policy that the export is of")
    .option("--model <name>", "only rows of this model, as the export spells it")
    .option("--requests <n>", "requests of the time that a bill covers; a bill does not count them")
    .action(usageImportCommand);
  root.command("schema").description("print the JSON Schema of the policy").action(schemaCommand);

  const catalog = root.command("catalog").description("prices, models, GPUs, providers, with source and age");
  const kind = new Option("--kind <kind>", "only rows of this kind").choices(["api-model", "open-model", "gpu", "instance", "route"]);
  catalog.command("list").addOption(kind).addOption(format("text", "json")).addOption(asOf()).description("every row").action(catalogList);
  catalog
    .command("show")
    .argument("<id>", "id or alias")
    .addOption(format("text", "json"))
    .addOption(asOf())
    .description("one row, every field")
    .action(catalogShow);
  catalog
    .command("check")
    .addOption(format("text", "json"))
    .addOption(asOf())
    .description("check every invariant over every row")
    .action(catalogCheck);

  root
    .command("synth")
    .description("write the Terraform JSON of the chosen path")
    .argument("<policy>", "policy file")
    .requiredOption("--out <folder>", "where to write")
    .addOption(asOf())
    .action(synthCommand);
  return root;
}

/** Runs the command line. A user's mistake is one line on standard error; a defect shows its stack, because it is ours. */
async function main(): Promise<void> {
  try {
    await program().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has already printed its message; help and version are no mistakes.
      process.exitCode = error.exitCode === 0 ? EXIT.fine : EXIT.defect;
      return;
    }
    process.exitCode = EXIT.defect;
    const text =
      error instanceof UserError
        ? `error: ${error.message}`
        : `breakeven broke down, please report this: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    process.stderr.write(`${text}\n`);
  }
}

// A reader that closes the pipe early (head, less) is no error; the work goes on, because the exit code still counts.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") return;
  process.stderr.write(`error: standard output cannot be written: ${error.message}\n`);
  process.exit(EXIT.defect);
});

await main();
