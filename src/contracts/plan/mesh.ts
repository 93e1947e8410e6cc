import type { Distribution } from '../../kernel/distribution.js';

/** Proxies that a call passes, as bits. */
export const PASS_BY = Object.freeze({ caller: 1, waypoint: 2, callee: 4 } as const);

export interface PlanProxy {
  /** Ids of distributions. */
  readonly work: number;
  readonly latency: number;
  /** Infinity = passes never queue. */
  readonly workers: number;
}

/** The service mesh of a run. */
export interface PlanMesh {
  /** By component: 1 if its instances have a proxy. */
  readonly members: Uint8Array;
  /** By component: 1 if it has a waypoint. */
  readonly waypoints: Uint8Array;
  /** By component: 1 if calls to it pass the proxy of the caller. */
  readonly called: Uint8Array;
  readonly proxy: PlanProxy;
  readonly waypoint: PlanProxy | null;
  /** Distribution id of the CPU time for a handshake with mutual TLS; -1 = the mesh has no mutual TLS. */
  readonly handshakeWork: number;
  /** Delay of a changed endpoint list to a proxy; null = as for other callers. */
  readonly propagation: Distribution | null;
}
