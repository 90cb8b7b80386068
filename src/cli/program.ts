import { basename, relative } from "node:path";
import { shellWord } from "../report/text.ts";

/**
 * How this program was started, to be typed again from here: `node dist/cli.js` in its own folder, `node ../breakeven/dist/cli.js` beside it, and
 * `breakeven` where it is installed.
 */
export function program(): string {
  const script = process.argv[1] ?? "dist/cli.js";
  return basename(script) === "breakeven" ? "breakeven" : `node ${shellWord(relative(process.cwd(), script))}`;
}
