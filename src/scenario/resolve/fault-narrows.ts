import { NODES } from '../../contracts/scenario/nodes.js';
import type { FaultKind } from '../../model/faults/kind.js';
import type { WrittenFault } from '../../contracts/scenario/faults.js';
import type { Context, Cursor } from './context.js';
import { split, splitVersion } from './targets.js';

/** What a fault affects at a target. */
type Hit =
  | 'instances'
  | 'whole'
  | 'place'
  | 'zone'
  | 'nodes'
  | 'node'
  | 'part'
  | 'link'
  | 'workload'
  | 'all';

const FIELDS = ['instances', 'zone', 'role', 'version', 'labels'] as const;
type Field = (typeof FIELDS)[number];

/** Fields that can narrow each of these. */
const NARROWED: Readonly<Record<Hit, readonly Field[]>> = {
  instances: FIELDS,
  // A fault on the control loop or the roles of a component affects all its instances or none.
  whole: ['labels'],
  place: ['zone', 'role', 'version', 'labels'],
  // `zone` cannot narrow a zone: it is either the same zone or excludes everything.
  zone: ['instances', 'role', 'version', 'labels'],
  nodes: ['instances', 'zone'],
  node: [],
  part: ['labels'],
  link: ['zone', 'labels'],
  workload: ['zone'],
  all: [],
};

const HIT: Readonly<Record<Hit, string>> = {
  instances: 'instances',
  whole: 'a component as a whole',
  place: 'one numbered instance',
  zone: 'a zone',
  nodes: 'nodes of the platform',
  node: 'one numbered node',
  part: 'a part on all instances',
  link: 'messages between components',
  workload: 'the arrivals of workloads',
  all: 'the target as a whole',
};

const MEANS: Readonly<Record<Field, string>> = {
  instances: 'selects instances',
  zone: 'selects instances, edges and workloads by zone',
  role: 'selects nodes of a database',
  version: 'selects instances of a service by version',
  labels: 'selects components by label',
};

/** Reports narrowing fields that apply to no target of the fault. */
export function checkNarrowing(here: Cursor, kind: FaultKind, output: WrittenFault): void {
  const targets = output.between === null ? (output.target ?? []) : ['between'];
  const hits = targets.map((text) =>
    output.between === null ? hitOf(here.context, kind, text) : 'all',
  );
  if (hits.length === 0) return;
  for (const field of FIELDS) {
    if (!isWritten(field, output)) continue;
    if (hits.some((hit) => NARROWED[hit].includes(field))) continue;
    const message = `\`${field}\` ${MEANS[field]}, but ${kind.kind} affects ${HIT[hits[0]!]} here: remove ${field}`;
    for (const name of field === 'labels' ? Object.keys(output.labels!) : [null]) {
      here.in(field, ...(name === null ? [] : [name])).conflict(message);
    }
  }
}

function isWritten(field: Field, { instances, labels, ...output }: WrittenFault): boolean {
  if (field === 'instances') return instances.kind !== 'all';
  if (field === 'labels') return Object.keys(labels ?? {}).length > 0;
  return output[field] !== null;
}

function hitOf(
  { names }: Context,
  { targets, ofWhole, changesRoles }: FaultKind,
  text: string,
): Hit {
  const can = (...kinds: readonly FaultKind['targets'][number][]): boolean =>
    kinds.some((one) => targets.includes(one));
  if (text.includes('->')) return 'link';
  const [written, part] = split(text.replace(/\[\d+\]$/, ''));
  const [name] = splitVersion(written);
  const thing = names.things.get(name)?.kind;
  if (can('level', 'messages', 'queue', 'deadLetters', 'group')) return 'all';
  if (thing === 'workload' && can('workload')) return 'workload';
  if (can('link')) return 'link';
  if (part !== null && can('endpoint', 'row') && !(thing === 'cache' && can('instance'))) {
    return 'part';
  }
  if (name === NODES && names.nodes > 0) return text.endsWith(']') ? 'node' : 'nodes';
  if (names.zones.has(name)) return 'zone';
  if (ofWhole === true || changesRoles === true) return 'whole';
  return text.endsWith(']') ? 'place' : 'instances';
}
