import type { SimulateOptions } from './simulate.js';

/** Which further runs, without possible causes, are made. */
export interface ExplainFlags extends SimulateOptions {
  /** As `Explaining` says. */
  readonly explain?: boolean;
  /** Of each variant with a loop that is looked at, the map of fault lengths and loads. */
  readonly map?: boolean;
}
