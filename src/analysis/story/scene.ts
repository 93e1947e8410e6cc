import type { VariantData } from '../measure/variant-data.js';
import type { Steps } from '../measure/steps.js';
import type { Saturation } from './saturation.js';
import type { Returns } from './outages.js';
import type { LoadChanges } from './load-changes.js';
import type { Link } from './links.js';
import type { Lane } from '../measure/lanes.js';
import type { HeldPool } from './held-connections.js';
import type { Health } from './health.js';
import type { PlanFault } from '../../contracts/plan/plan.js';

/** One run by step, in which influences are searched. */
export interface Scene {
  readonly data: VariantData;
  readonly steps: Steps;
  readonly lanes: readonly Lane[];
  readonly links: readonly Link[];
  readonly health: ReadonlyMap<Lane, Health>;
  /** Saturations of lanes after the first fault. */
  readonly saturations: ReadonlyMap<Lane, Saturation>;
  /** Pools whose connections transactions hold while they call other components. */
  readonly pools: readonly HeldPool[];
  /** Steps [0, baseline) lie before the first fault, and before a rise of the load that hurts users before it. */
  readonly baseline: number;
  /** The end of that time; without a fault, the start of the measured time. Absolute. */
  readonly sinceNs: number;
  /** Steps [0, calm) show the usual latencies: before the first fault; without one, `calmNs` of the loads. */
  readonly calm: number;
  /** Starts of all spans of all faults, absolute. */
  readonly faultsNs: readonly number[];
  /** Ends of the same spans. */
  readonly endsNs: readonly number[];
  /** Changes of the loads that are no faults. */
  readonly loads: LoadChanges;
  /** Spans in which a fault was active in this run. */
  spansOf(fault: PlanFault): PlanFault['spans'];
  /** Times at which the instances that a fault had taken down ran again, if they come back one by one. */
  returnsOf(fault: PlanFault): readonly Returns[];
  /** Spans in which some fault stops every instance of a component. */
  outagesOf(component: number): PlanFault['spans'];
  /** Measured edges and components that a fault hits, with the steps in which it does. */
  readonly hits: readonly {
    readonly stats: ReadonlySet<number>;
    readonly components: ReadonlySet<number>;
    readonly from: number;
    readonly until: number;
    /** Messages on the edges that it hits are lost. */
    readonly losesMessages: boolean;
    /** Messages on these edges are delayed. */
    readonly delaysMessages: boolean;
  }[];
}

/** The lanes of the requests of users. */
export function usersOf({ data, lanes }: Pick<Scene, 'data' | 'lanes'>): Lane[] {
  const requests = new Set(data.requests);
  return lanes.filter(({ workers, parts }) => workers === 0 && requests.has(parts[0]));
}
