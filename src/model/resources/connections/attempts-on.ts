import { ANSWERED, RETURN, strands } from '../../data/strands/strands.js';
import type { Edge } from '../../data/edges/edge.js';

/** The connections that attempts use. */
interface Slotted {
  slotOf(frame: number): number;
}

/** The attempts on a connection whose callers still wait for them, in the order of their strands. */
export function attemptsOn(slot: number, table: Slotted, edges: readonly Edge[]): number[] {
  const found: number[] = [];
  for (let strand = 0; strand < strands.slots.touched; strand++) {
    if (!strands.alive(strand) || strands.returns[strand] !== RETURN.frame) continue;
    if (strands.callerLeftAt[strand] >= 0 || !edges[strands.edge[strand]].connected) continue;
    // A branch has no edge; a delivered answer has no caller.
    if (strands.parent[strand] >= 0 || strands.answered[strand] === ANSWERED.delivered) continue;
    if (table.slotOf(strands.from[strand]) === slot) found.push(strand);
  }
  return found;
}
