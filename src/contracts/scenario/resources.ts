import type { Ns } from '../../kernel/time.js';

export type Queue = {
  readonly capacity: number;
  readonly maxWaitNs: Ns | null;
} & (
  | { readonly discipline: 'fifo' | 'lifo' | 'priority' }
  /** `targetNs`: longest wait of requests that join a standing queue; for others it is the interval. */
  | {
      readonly discipline: 'adaptiveLifo';
      readonly intervalNs: Ns;
      readonly targetNs: Ns | null;
    }
  | { readonly discipline: 'fair'; readonly key: string }
  | { readonly discipline: 'codel'; readonly targetNs: Ns; readonly intervalNs: Ns }
);

/** Load shedding while an overload signal lasts. `below`: sheds only priorities below it, null = all. */
export type Shed =
  | { readonly kind: 'priority'; readonly above: number; readonly below: number }
  | {
      readonly kind: 'cpu';
      readonly above: number;
      readonly intervalNs: Ns;
      readonly below: number | null;
    }
  | {
      readonly kind: 'queueDelay';
      readonly targetNs: Ns;
      readonly intervalNs: Ns;
      readonly below: number | null;
    }
  /** Sheds by admission level: each priority has `users` levels of users. */
  | {
      readonly kind: 'dagor';
      readonly targetNs: Ns;
      readonly windowNs: Ns;
      readonly requests: number;
      readonly alpha: number;
      readonly beta: number;
      readonly users: number;
      readonly key: string;
    };

/** Slowdown above `connections` concurrent statements: steps take longer by the share `alpha` for each one above. */
export interface Knee {
  readonly connections: number;
  readonly alpha: number;
}
