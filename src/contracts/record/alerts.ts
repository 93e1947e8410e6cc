/** What one alert did in a run. Times are seconds from the end of the warm-up. */
export interface AlertRecord {
  readonly name: string;
  /** When it fired, merged over all sets of labels, in order of time. */
  readonly firings: readonly AlertFiring[];
  /** When its expression first held; null = never. */
  readonly heldAt: number | null;
  /** Number of series that its expression has found. */
  readonly series: number;
  /** Why Prometheus cannot evaluate it; null = it can. */
  readonly error: string | null;
}

/** A time in which an alert fired. */
export interface AlertFiring {
  readonly from: number;
  /** null = to the end of the run. */
  readonly until: number | null;
  /** Labels of the first element. */
  readonly labels: string;
}

/** The part of a record that its alerts make. */
export interface WatchedRecord {
  /** By alert of the plan; absent without alerts. */
  readonly alerts?: readonly AlertRecord[];
}
