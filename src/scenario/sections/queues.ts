import { NS_PER_MS } from '../../kernel/time.js';
import type { Queue, WrittenQueue } from '../../contracts/scenario/resources.js';
import type { Cursor } from '../resolve/context.js';
import { BUILT_IN_KEYS } from '../resolve/names.js';

/** Default target and interval of CoDel and similar disciplines. */
const TARGET_NS = 5 * NS_PER_MS;
const INTERVAL_NS = 100 * NS_PER_MS;

/** The disciplines to which a field of the queue applies. */
const BELONGS: Readonly<Record<'target' | 'interval' | 'key', readonly string[]>> = {
  target: ['codel', 'adaptiveLifo'],
  interval: ['codel', 'adaptiveLifo'],
  key: ['fair'],
};

/** Resolves the queue in front of the workers. */
export function resolveQueue(here: Cursor, output: WrittenQueue): Queue {
  const { capacity, discipline, maxWaitNs, targetNs } = output;
  for (const field of ['target', 'interval', 'key'] as const) {
    if (BELONGS[field].includes(discipline)) continue;
    const whose = BELONGS[field].join(' and ');
    here.refuse([field], () => `${field} applies to ${whose}, not to ${discipline}: remove it`);
  }
  const common = { capacity, maxWaitNs };
  const intervalNs = output.intervalNs ?? INTERVAL_NS;
  switch (discipline) {
    case 'adaptiveLifo':
      if (maxWaitNs !== null && (targetNs ?? null) !== null) {
        const message = 'with target the queue has its own limit: remove one of the two';
        here.in('maxWait').conflict(message);
      }
      return { ...common, discipline, intervalNs, targetNs: targetNs ?? null };
    case 'codel':
      checkTarget(here, targetNs, intervalNs);
      return { ...common, discipline, targetNs: targetNs ?? TARGET_NS, intervalNs };
    case 'fair':
      return { ...common, discipline, key: fairKey(here, output.key) };
    case 'fifo':
    case 'lifo':
    case 'priority':
      return { ...common, discipline };
  }
}

/** Reports a target of CoDel that is missing or not below its interval. */
function checkTarget(here: Cursor, target: WrittenQueue['targetNs'], intervalNs: number): void {
  if (target === null) {
    const message = 'codel needs target, the wait that is acceptable: write a duration';
    here.in('target').conflict(message);
  }
  if ((target ?? TARGET_NS) >= intervalNs) {
    const message = 'target must be below interval; CoDel recommends 5% to 10% of it';
    here.in(target === undefined ? 'interval' : 'target').conflict(message);
  }
}

function fairKey(here: Cursor, key: string | null): string {
  if (key === null) {
    const message = 'fair needs key, whose values take turns: write key: NAME';
    here.in('discipline').report('FL203', message);
  } else if (BUILT_IN_KEYS.has(key)) {
    const message = `queues do not support the built-in key ${key} in this version`;
    here.in('key').report('FL202', message);
  } else here.in('key').isDeclaredKey(key);
  return key ?? '';
}
