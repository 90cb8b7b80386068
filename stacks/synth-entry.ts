/** Entry of the bundle `dist/synth.js`, the only one that holds cdktf. The command line imports it when `synth` is asked for. */
export { type Synthesized, synthesize } from "./synthesize.ts";
