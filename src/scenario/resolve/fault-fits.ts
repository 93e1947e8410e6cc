import type { FaultKind } from '../../model/faults/kind.js';
import { report, type Context, type Path } from './context.js';

export type Hittable = FaultKind['targets'][number];

/** Whether a kind of fault can hit a target in one of these ways. Reports it if not. */
export function fits(
  context: Context,
  kind: FaultKind,
  text: string,
  can: readonly Hittable[],
  path: Path,
): boolean {
  if (can.some((what) => kind.targets.includes(what))) return true;
  const expected = kind.targets.map((t) => WORDS[t]).join(', ');
  report(context, 'FL405', path, `${kind.kind} cannot target ${text}; expected ${expected}`);
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
