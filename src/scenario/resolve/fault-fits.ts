import type { FaultKind } from '../../model/faults/kind.js';
import type { Cursor } from './context.js';

export type Hittable = FaultKind['targets'][number];

/** Whether a kind of fault can hit a target in one of these ways. Reports it if not. */
export function fits(
  here: Cursor,
  kind: FaultKind,
  text: string,
  can: readonly Hittable[],
): boolean {
  if (can.some((what) => kind.targets.includes(what))) return true;
  const expected = kind.targets.map((t) => WORDS[t]).join(', ');
  here.report('FL405', `${kind.kind} cannot target ${text}; expected ${expected}`);
  return false;
}

const WORDS: Readonly<Record<Hittable, string>> = {
  instance: 'components and instances',
  endpoint: 'endpoints and operations',
  row: 'operations that lock rows',
  link: 'edges a->b, components and zones',
  workload: 'workloads',
  between: 'the two sides of `between`',
  zone: 'zones',
  node: 'nodes of the platform',
  level: 'caches and their levels',
  snapshots: 'event stores with snapshots',
  messages: 'topics and queues',
  queue: 'queues and buses',
  deadLetters: 'dead letter queues',
  group: 'consumer groups',
  configuration: 'no target',
};
