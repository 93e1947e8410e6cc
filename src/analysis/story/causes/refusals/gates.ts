import { partName } from '../../../../contracts/plan/names.js';
import { OP } from '../../../../contracts/plan/program.js';
import { formatShare } from '../../../../text/figures.js';
import { instructionsOf } from '../../../measure/instructions.js';
import { fullQueue } from '../../links.js';
import { arrivedAt, countAt, type Refusal, type RefusalKind } from './kind.js';

/**
 * Requests that a concurrency limit of an endpoint, or of the entire component, refuses. A full queue refuses in the
 * same way, so that nothing is said where it was full.
 */
export const gates: RefusalKind = (place) => {
  const { scene, lane, from, until } = place;
  const { plan } = scene.data;
  if (fullQueue(lane, from, until) !== null) return [];
  const name = plan.components[lane.component].name;
  const admission = plan.components[lane.component].admission?.gate ?? -1;
  const counts = new Map<string, { refused: number; arrived: number }>();
  for (const id of lane.parts) {
    const own = instructionsOf(plan, plan.parts[id]).find(({ op, b }) => op === OP.GATE && b !== 0);
    const gate = own?.a ?? admission;
    if (gate < 0) continue;
    const subject = plan.gates[gate].place === partName(plan, id) ? partName(plan, id) : name;
    const known = counts.get(subject) ?? { refused: 0, arrived: 0 };
    known.refused += countAt(place, id, 'rejectedOverload');
    known.arrived += arrivedAt(place, id);
    counts.set(subject, known);
  }
  return [...counts].map(([subject, { refused, arrived }]): Refusal => ({
    ref: { kind: 'limit', subject },
    text: `the concurrency limit of ${subject} refuses some requests`,
    evidence: `${formatShare(refused / Math.max(1, arrived))} of them`,
    count: refused,
  }));
};
