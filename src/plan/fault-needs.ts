import type { KnobEdit } from '../spec/fault.js';
import type { PlanComponent } from '../spec/plan.js';

/** What a component has that faults can use up. `cores`: Infinity = unlimited; those of environments for a function. */
export interface Resources {
  readonly cores: number;
  readonly memory: PlanComponent['memory'];
}

/** Why edits can do nothing to a component, or would do it without end; null where they can. */
export function unmetNeed(
  edits: readonly KnobEdit[],
  name: string,
  { cores, memory }: Resources,
): string | null {
  // Of unlimited cores nothing can be taken.
  if (edits.some(({ knob }) => knob === 'stress') && cores === Infinity)
    return `\`${name}\` has no \`cpu\`: its cores are unlimited, and nothing can be short of them`;
  const leak = edits.find(({ knob }) => knob === 'leaking');
  if (leak === undefined) return null;
  if (memory === null || memory.limit === Infinity)
    return `\`${name}\` has no \`memory.limit\`: there is nothing that a leak could use up`;
  if (leak.value === Infinity && memory.base + (leak.most ?? Infinity) > memory.limit)
    return `\`max\` does not fit beside what \`${name}\` holds: taken at once, it would end each process in the instant in which it starts. Give it a \`rate\``;
  return null;
}
