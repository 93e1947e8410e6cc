import type { CellSet } from '../../measure/window.js';
import type { Demands } from '../demands.js';

/** How much of a resource with a ceiling is in use in a window. */
export interface Use {
  /** Mean level, and the capacity of the instances that run. */
  readonly used: number;
  readonly capacity: number;
}

/** A resource whose ceiling a load can meet. */
export interface Room {
  readonly component: number;
  /** Its component, or `the proxy of stock`. */
  readonly name: string;
  /** What has the capacity: its component, `the proxy of stock`, `the connection pool of shop to catalog`. */
  readonly owner: string;
  /** `permits`: of a rule that limits what is in progress at once, such as a bulkhead. */
  readonly resource: 'workers' | 'cores' | 'connections' | 'proxies' | 'permits';
  useIn(window: CellSet): Use;
  /** Share of those that ask for it that are refused, because all of it is in use. Waiting is no refusal. */
  refusedIn(window: CellSet): number;
  /** Attempts per second that ask for it. */
  attemptsIn(demands: Demands, window: CellSet): number;
  /**
   * The level that first attempts need on average, those included that wait for it or are refused. `measured`: the time
   * that shows how long each uses it.
   */
  neededIn(demands: Demands, window: CellSet, measured: CellSet): number;
  /** Mean number of items that wait for it and have not arrived at its component. */
  queueIn(window: CellSet): number;
}

/** Share of a resource that is in use; 1 if there is no capacity left. */
export function shareOf({ used, capacity }: Use): number {
  return capacity > 0 ? used / capacity : 1;
}

/** Per second of a window. */
export function perSecond(count: number, { lengthNs }: CellSet): number {
  return lengthNs > 0 ? (count / lengthNs) * 1e9 : 0;
}
