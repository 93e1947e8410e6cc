import type { FaultKind } from '../../model/faults/kind.js';
import type { FaultOutput } from '../schema/fault.js';
import { conflict, report, type Context, type Path } from './context.js';
import { fits } from './fault-fits.js';

/** Checks a fault that targets nodes of the platform: `nodes`, or one of them, such as `nodes[0]`. */
export function checkNodeTarget(
  context: Context,
  kind: FaultKind,
  output: FaultOutput,
  text: string,
  path: Path,
): void {
  if (!fits(context, kind, text, ['node'], path)) return;
  const base = path.slice(0, 2);
  const { nodes: count } = context.names;
  const all = `there are ${count} nodes, numbered from 0 to ${count - 1}`;
  const index = /\[(\d+)\]$/.exec(text)?.[1];
  if (index !== undefined && Number(index) >= count) report(context, 'FL410', path, all);
  const { instances } = output;
  const isBeyond =
    (instances.kind === 'count' && instances.count > count) ||
    (instances.kind === 'indices' && instances.indices.some((one) => one >= count));
  if (isBeyond) report(context, 'FL410', [...base, 'instances'], all);
  const { restart, blackhole } = output as { restart?: boolean; blackhole?: boolean };
  if (restart === false) {
    const message = 'a node that never comes back is down to the end of the run: write for: none';
    conflict(context, [...base, 'restart'], message);
  }
  if (blackhole === true) {
    const message = 'a node that dies sends nothing anyway: remove blackhole';
    conflict(context, [...base, 'blackhole'], message);
  }
}
