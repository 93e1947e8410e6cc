import type { StreamKey } from '../kernel/rng.js';
import type { BalancerState } from '../spec/balancer.js';
import type { Link } from './link.js';

/**
 * How one calling instance sees the instances of one callee: its own outstanding attempts. Ten callers
 * have ten views, none of them the true load.
 */
export class View {
  /** Attempts outstanding by callee instance (index within the component). */
  readonly outstanding: Int32Array;
  /** Gauge of attempts under way from this caller to this callee, or -1. */
  gauge = -1;

  constructor(instances: number) {
    this.outstanding = new Int32Array(instances);
  }
}

/** One edge at run time: who is called, through which chains, over which links. */
export interface Edge {
  readonly id: number;
  readonly stat: number;
  readonly toPart: number;
  readonly toComponent: number;
  /** First instance of the callee. */
  readonly first: number;
  readonly program: number;
  /** By index of the calling instance; `timed` when they want to know how long attempts took. */
  readonly balancers: readonly BalancerState[];
  readonly timed: boolean;
  /** By index of the calling instance within its component. */
  readonly chains: Int32Array;
  readonly views: readonly View[];
  readonly depth: number;
  /** By (caller zone + 1) * stride + callee zone + 1. */
  readonly links: readonly (Link | null)[];
  readonly linkIds: Int32Array;
  readonly stride: number;
  /** Key of the draws that look for an instance of which no other attempt of the call knows. */
  readonly pick: StreamKey;
  readonly idempotent: boolean;
  /** Bytes of a request; -1 = as the one its caller was sent. */
  readonly requestBytes: number;
}
