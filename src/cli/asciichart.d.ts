declare module "asciichart" {
  export const blue: string;
  export const yellow: string;
  export function plot(
    series: readonly (readonly number[])[],
    options?: { readonly height?: number; readonly colors?: readonly string[]; readonly format?: (value: number) => string },
  ): string;
}
