import { relative } from "node:path";
import { shellWord } from "../report/text.ts";

/** How this program was started, to be typed again from here: `node dist/cli.js` in its own folder, `node ../breakeven/dist/cli.js` beside it. */
export function program(): string {
  const script = process.argv[1];
  return `node ${script === undefined ? "dist/cli.js" : shellWord(relative(process.cwd(), script))}`;
}
