import type { Trace } from "../../decide/decide.ts";
import type { Evaluation } from "../../decide/evaluation-types.ts";
import type { Outlook } from "../../decide/outlook.ts";
import type { PolicyView } from "../../report/view.ts";
import type { Chart } from "../charts/frame.ts";

/** Everything that the page shows of one scenario. */
export interface Shown {
  readonly evaluation: Evaluation;
  readonly view: PolicyView;
  readonly outlook: Outlook;
  readonly trace: Trace;
}

/** Charts wait for their place to have a width; the page draws them again when it changes. */
export type Place = (chart: Chart) => HTMLElement;

/** Where every price of a decision comes from, in a few words: `catalog 2026-11-20, prices as of 2026-11-28`. */
export function basisOf({ catalog, asOf }: Evaluation): string {
  return `catalog ${catalog.version}, prices as of ${asOf}`;
}
