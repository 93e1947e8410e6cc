import { meansPrimary } from '../../patterns/registry.js';
import type { Database } from '../../contracts/scenario/database.js';
import type { FaultKind } from '../../model/faults/kind.js';
import type { Host } from '../../contracts/scenario/host.js';
import type { Fault } from '../../contracts/scenario/scenario.js';
import type { WrittenFault } from '../../contracts/scenario/faults.js';
import type { Cursor } from './context.js';
import { namesOfKinds } from './names.js';

/** Reports roles that a target does not have. */
export function checkRoles(
  here: Cursor,
  kind: FaultKind,
  output: WrittenFault,
  name: string,
  host: Host,
): void {
  if (isReplicated(host)) return;
  const { role } = output;
  const isDatabase = here.names.things.get(name)?.kind === 'database';
  const isSharded = ((host as Partial<Database>).shards ?? null) !== null;
  const what = isSharded ? 'replicas of all rows' : 'replicas';
  const lacks = `${name} has no ${what}`;
  if (role !== null && !isDatabase) {
    here.entry().in('role').report('FL410', `${lacks}, so its instances have no role`);
  } else if (role === 'replica' && !output.optional) {
    const message = `${lacks}, so no node has the role replica (\`optional: true\` accepts that)`;
    here.entry().in('role').report('FL410', message);
  } else if (kind.changesRoles === true) {
    here.report('FL410', `${lacks}, so there is no primary role to hand over`);
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
  here: Cursor,
  kind: FaultKind,
  output: WrittenFault,
  hosts: ReadonlyMap<string, Host>,
): Fault['role'] {
  const { role, zone } = output;
  const target = output.target ?? [];
  if (role !== null) return role === 'all' ? null : role;
  if (!meansPrimary(kind) || zone !== null) return null;
  if (here.in('instances').written() !== undefined) return null;
  const isBySelf = (text: string): boolean => here.names.zones.has(text) || text.includes('[');
  if (target.some(isBySelf)) return null;
  return target.some((text) => isReplicated(hosts.get(text))) ? 'primary' : null;
}

/** Whether the target is an entire database, which a change of roles needs. Reports others. */
export function isWhole(here: Cursor, { kind }: FaultKind, text: string): boolean {
  if (here.names.things.get(text)?.kind === 'database') return true;
  here.report('FL405', `${kind} affects all nodes of a database, and ${text} is not a database`, {
    found: text,
    allowed: namesOfKinds(here.names, ['database']),
  });
  return false;
}
