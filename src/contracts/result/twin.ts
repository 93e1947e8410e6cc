/**
 * Requests of users in the same runs without any fault, by `workload.request` and step of the timeline. Rounded, because
 * they are only drawn.
 */
export type Twin = Readonly<Record<string, TwinSeries>>;

export interface TwinSeries {
  /** Share of the finished that succeeded; null = none finished. */
  readonly success: readonly (number | null)[];
  /** Of the successful ones, seconds; null = none. */
  readonly p99: readonly (number | null)[];
}
