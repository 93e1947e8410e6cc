import type { FaultKind } from '../../model/faults/kind.js';
import type { WrittenFault } from '../../contracts/scenario/faults.js';
import type { Cursor } from './context.js';
import { fits } from './fault-fits.js';

/** Checks a fault that targets nodes of the platform: `nodes`, or one of them, such as `nodes[0]`. */
export function checkNodeTarget(
  here: Cursor,
  kind: FaultKind,
  output: WrittenFault,
  text: string,
): void {
  if (!fits(here, kind, text, ['node'])) return;
  const base = here.entry();
  const { nodes: count } = here.names;
  const all = `there are ${count} nodes, numbered from 0 to ${count - 1}`;
  const index = /\[(\d+)\]$/.exec(text)?.[1];
  if (index !== undefined && Number(index) >= count) here.report('FL410', all);
  const { instances } = output;
  const isBeyond =
    (instances.kind === 'count' && instances.count > count) ||
    (instances.kind === 'indices' && instances.indices.some((one) => one >= count));
  if (isBeyond) base.in('instances').report('FL410', all);
  const { restart, blackhole } = output.config as { restart?: boolean; blackhole?: boolean };
  if (restart === false) {
    const message = 'a node that never comes back is down to the end of the run: write for: none';
    base.in('restart').conflict(message);
  }
  if (blackhole === true) {
    const message = 'a node that dies sends nothing anyway: remove blackhole';
    base.in('blackhole').conflict(message);
  }
}
