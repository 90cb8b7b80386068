import * as core from "@actions/core";
import { actionPorts } from "./github/action-ports.ts";
import { run } from "./run.ts";

// Whatever is not foreseen fails the step: a check that broke down has not passed.
try {
  await run(actionPorts());
} catch (error) {
  core.debug(error instanceof Error ? (error.stack ?? "") : "");
  core.setFailed(`breakeven broke down: ${error instanceof Error ? error.message : String(error)}`);
}
