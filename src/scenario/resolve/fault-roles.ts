import type { Database } from '../../spec/scenario/database.js';
import type { FaultKind } from '../../model/faults/kind.js';
import type { Host } from '../../spec/scenario/host.js';
import type { FaultOutput } from '../schema/fault.js';
import type { Context, Path } from './context.js';
import { report } from './context.js';
import { namesOfKinds } from './names.js';

/** Reports faults about roles on a component without replicas. */
export function checkRoles(
  context: Context,
  kind: FaultKind,
  output: FaultOutput,
  name: string,
  host: Host,
  path: Path,
): void {
  const replication = (host as Partial<Database>).replication ?? null;
  if (replication !== null) return;
  const message = `${name} has no replicas of all rows, so there is no primary role to hand over`;
  if (output.role !== undefined) report(context, 'FL410', [...path.slice(0, 2), 'role'], message);
  else if (kind.changesRoles === true) report(context, 'FL410', path, message);
}

/** Whether the target is an entire database, which a change of roles needs. Reports others. */
export function isWhole(context: Context, { kind }: FaultKind, text: string, path: Path): boolean {
  if (context.names.things.get(text)?.kind === 'database') return true;
  report(
    context,
    'FL405',
    path,
    `${kind} affects all nodes of a database, and ${text} is not a database`,
    { found: text, allowed: namesOfKinds(context.names, ['database']) },
  );
  return false;
}
