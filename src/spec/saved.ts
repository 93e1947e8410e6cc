/** A figure of an earlier run that budgets are held against: of all its replications, and of each. */
export interface SavedValue {
  /** Seconds, per second, share or number; null = nothing was measured, or never. */
  readonly value: number | null;
  readonly each: readonly (number | null)[];
}

/** By variant, then by metric and window as `savedKey` writes them. */
export type SavedValues = ReadonlyMap<string, ReadonlyMap<string, SavedValue>>;
