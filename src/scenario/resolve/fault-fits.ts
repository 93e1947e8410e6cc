import type { FaultKind } from '../../model/faults/kind.js';
import { faultKinds } from '../../patterns/registry.js';
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
  // What fails at the callee does so for all callers.
  const ofCalls = faultKinds.flatMap((one) => (one.targets.includes('edge') ? [one.kind] : []));
  const hint =
    can.includes('edge') && kind.targets.includes('endpoint')
      ? `; the calls of one caller: ${ofCalls.join(', ')}`
      : '';
  here.report('FL405', `${kind.kind} cannot target ${text}; expected ${expected}${hint}`);
  return false;
}

const WORDS: Readonly<Record<Hittable, string>> = {
  instance: 'components and instances',
  endpoint: 'endpoints and operations',
  row: 'operations that lock rows',
  link: 'edges a->b, components and zones',
  edge: 'edges a->b',
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
