import type { Ns } from '../../kernel/time.js';
import type { PlanFault } from '../../spec/plan/plan.js';

/** A fault that an intervention adds to a plan, without any target. */
export function addedFault(
  kind: string,
  span: { readonly fromNs: Ns; readonly untilNs: Ns },
): PlanFault {
  return {
    id: 'intervention',
    kind,
    config: {},
    knobs: [],
    share: 1,
    role: null,
    instances: [],
    nodes: [],
    select: { kind: 'all' },
    parts: [],
    links: [],
    loads: [],
    holders: [],
    spans: [span],
    chance: null,
    stream: 'intervention',
    when: null,
    rollout: null,
    ramp: null,
  };
}
