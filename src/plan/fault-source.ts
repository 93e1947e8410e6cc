import type { Ns } from '../kernel/time.js';
import type { FaultKind } from '../model/faults/kind.js';
import type { Resources } from '../model/faults/knob.js';
import type { PlanNodes } from '../contracts/plan/nodes.js';
import type { Plan, PlanComponent, PlanLoad } from '../contracts/plan/plan.js';
import type { LinkEnds } from './fault-links.js';
import type { Layout } from './layout.js';
import type { Problems } from './problem.js';

/** Inputs for the resolution of faults. */
export interface FaultSource {
  readonly layout: Layout;
  readonly components: readonly Pick<PlanComponent, 'versions'>[];
  readonly ends: LinkEnds;
  readonly loads: readonly PlanLoad[];
  readonly nodes: PlanNodes | null;
  readonly statEdges: Plan['statEdges'];
  readonly kindOf: (kind: string) => FaultKind;
  readonly resources: (component: number) => Resources;
  readonly warmupNs: Ns;
  readonly horizonNs: Ns;
  readonly problems: Problems;
}
