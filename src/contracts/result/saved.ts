/** A figure of an earlier run to which budgets are compared: over all replications, and by replication. */
export interface SavedValue {
  /** Seconds, per second, share or number; null = nothing was measured, or never. */
  readonly value: number | null;
  readonly each: readonly (number | null)[];
}

/** By variant, then by metric and window in the format of `savedKey`. */
export type SavedValues = ReadonlyMap<string, ReadonlyMap<string, SavedValue>>;
