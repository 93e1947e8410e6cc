import { partName } from '../../../contracts/plan/names.js';
import { OP } from '../../../contracts/plan/program.js';
import type { RunRecord } from '../../../contracts/record/record.js';
import type { VariantData } from '../../measure/variant-data.js';
import { instructionsOf } from '../../measure/instructions.js';
import { limitsOn, permitsOf } from './limits.js';
import type { Room } from './room.js';

/** Permits of the concurrency limits of components and of their endpoints. */
export function gates(data: VariantData, record: RunRecord): readonly Room[] {
  const { plan } = data;
  const limited = [...new Set(plan.gates.map(({ component }) => component))];
  return limited.flatMap((component) => {
    const { name, admission } = plan.components[component];
    return limitsOn(data, record, component, 'rejectedOverload', (part, id) => {
      const own = instructionsOf(plan, part).find(({ op, b }) => op === OP.GATE && b !== 0);
      const gate = plan.gates[own?.a ?? admission?.gate ?? -1];
      if (gate === undefined || gate.key >= 0) return null;
      const of = gate.place === partName(plan, id) ? gate.place : name;
      return { owner: `the concurrency limit of ${of}`, permits: permitsOf(gate.layer) };
    });
  });
}
