import { meansPrimary } from '../../patterns/registry.js';
import type { Database } from '../../contracts/scenario/database.js';
import type { FaultKind } from '../../model/faults/kind.js';
import type { Host } from '../../contracts/scenario/host.js';
import type { Fault } from '../../contracts/scenario/scenario.js';
import type { FaultOutput } from '../schema/fault.js';
import { report, writtenAt, type Context, type Path } from './context.js';
import { namesOfKinds } from './names.js';

/** Reports roles that a target does not have. */
export function checkRoles(
  context: Context,
  kind: FaultKind,
  output: FaultOutput,
  name: string,
  host: Host,
  path: Path,
): void {
  if (isReplicated(host)) return;
  const { role } = output;
  const isDatabase = context.names.things.get(name)?.kind === 'database';
  const isSharded = ((host as Partial<Database>).shards ?? null) !== null;
  const what = isSharded ? 'replicas of all rows' : 'replicas';
  const lacks = `${name} has no ${what}`;
  if (role !== undefined && !isDatabase) {
    report(
      context,
      'FL410',
      [...path.slice(0, 2), 'role'],
      `${lacks}, so its instances have no role`,
    );
  } else if (role === 'replica' && !output.optional) {
    const message = `${lacks}, so no node has the role replica (\`optional: true\` accepts that)`;
    report(context, 'FL410', [...path.slice(0, 2), 'role'], message);
  } else if (kind.changesRoles === true) {
    report(context, 'FL410', path, `${lacks}, so there is no primary role to hand over`);
  }
}

function isReplicated(host: Host | undefined): boolean {
  return ((host as Partial<Database> | undefined)?.replication ?? null) !== null;
}

/**
 * The role of the nodes that a fault affects; null = all. A database that is named as a whole means its primary, so
 * that a replica can take over. A fault that selects by instance or zone names its nodes itself.
 */
export function roleOf(
  context: Context,
  kind: FaultKind,
  output: FaultOutput,
  hosts: ReadonlyMap<string, Host>,
  path: Path,
): Fault['role'] {
  const { role, target = [], zone } = output;
  if (role !== undefined) return role === 'all' ? null : role;
  if (!meansPrimary(kind) || zone !== undefined) return null;
  if (writtenAt(context, [...path, 'instances']) !== undefined) return null;
  const isBySelf = (text: string): boolean => context.names.zones.has(text) || text.includes('[');
  if (target.some(isBySelf)) return null;
  return target.some((text) => isReplicated(hosts.get(text))) ? 'primary' : null;
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
