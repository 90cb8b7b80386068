import { actionPorts } from "../../src/github/action-ports.ts";
import { run as runAction } from "../../src/run.ts";

/** Entry for `@github/local-action`, which imports an entry and calls its `run()`; ours runs as soon as it is imported. */
export async function run(): Promise<void> {
  await runAction(actionPorts());
}
