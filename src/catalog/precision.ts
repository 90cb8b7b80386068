import { z } from "zod";

/** Number format of weights. In a file of its own, because the policy reads it in every run and the schemas of rows only the catalog's check. */
export const Precision = z.enum(["bf16", "fp8", "int8", "int4", "mxfp4", "nvfp4"]);
export type Precision = z.infer<typeof Precision>;
