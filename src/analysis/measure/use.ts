import type { ComponentHeadroom } from '../../contracts/result/headroom.js';

/** Use of one resource of a component, mean over time and runs. */
export interface Use extends Omit<ComponentHeadroom, 'factor' | 'saturatesAt'> {
  /** What all requests that are due would use. */
  readonly need: number;
  /** Part of the use that does not grow with the load. */
  readonly fixed: number;
  /** Used share of what there is now, before an autoscaler adds more. */
  readonly share: number;
}
