/** Sizes of the case: seconds and replications of its runs, requests per second of its users. */
export interface DenseSizes {
  readonly seconds?: number;
  readonly replications?: number;
  readonly rate?: number;
}

export function denseThirtyByFive(sizes?: DenseSizes): string;
