import { z } from "zod";

/** Units that more than one kind of row has. */
export const isoDate = z.iso.date();
export const usd = z.number().nonnegative();
export const id = z.string().regex(/^[a-z0-9][a-z0-9._:-]*$/);

export const Certainty = z.enum(["high", "medium", "low"]);
export type Certainty = z.infer<typeof Certainty>;

/** Where a figure comes from: `measured` by someone, stated by the `vendor`, or `derived` from other figures. */
export const Provenance = z.strictObject({
  source: z.string().min(3),
  checked: isoDate,
  basis: z.enum(["measured", "vendor", "derived"]),
  certainty: Certainty,
});
export type Provenance = z.infer<typeof Provenance>;
