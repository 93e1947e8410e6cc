import { NS_PER_MS, type Ns } from '../../kernel/time.js';
import type { Queue } from '../../contracts/scenario/resources.js';
import type { HostOutput } from '../schema/host.js';
import type { Cursor } from './context.js';
import { BUILT_IN_KEYS } from './names.js';

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
export function resolveQueue(here: Cursor, output: HostOutput['queue']): Queue {
  const { capacity, discipline, maxWait, target } = output;
  for (const field of ['target', 'interval', 'key'] as const) {
    if (output[field] === undefined || BELONGS[field].includes(discipline)) continue;
    const whose = BELONGS[field].join(' and ');
    const message = `${field} applies to ${whose}, not to ${discipline}: remove it`;
    here.in(field).conflict(message);
  }
  const common = { capacity, maxWaitNs: maxWait };
  const intervalNs: Ns = output.interval ?? INTERVAL_NS;
  switch (discipline) {
    case 'adaptiveLifo':
      if (maxWait !== null && target !== undefined && target !== null) {
        const message = 'with target the queue has its own limit: remove one of the two';
        here.in('maxWait').conflict(message);
      }
      return { ...common, discipline, intervalNs, targetNs: target ?? null };
    case 'codel':
      return codel(here, { target, intervalNs, ...common });
    case 'fair':
      return { ...common, discipline, key: fairKey(here, output.key) };
    case 'fifo':
    case 'lifo':
    case 'priority':
      return { ...common, discipline };
  }
}

function codel(
  here: Cursor,
  own: { capacity: number; maxWaitNs: Ns | null; target: Ns | null | undefined; intervalNs: Ns },
): Queue {
  const { target, intervalNs, capacity, maxWaitNs } = own;
  if (target === null) {
    const message = 'codel needs target, the wait that is acceptable: write a duration';
    here.in('target').conflict(message);
  }
  const targetNs = target ?? TARGET_NS;
  if (targetNs >= intervalNs) {
    const message = 'target must be below interval; CoDel recommends 5% to 10% of it';
    here.in(target === undefined ? 'interval' : 'target').conflict(message);
  }
  return { capacity, maxWaitNs, discipline: 'codel', targetNs, intervalNs };
}

function fairKey(here: Cursor, key: string | undefined): string {
  if (key === undefined) {
    const message = 'fair needs key, whose values take turns: write key: NAME';
    here.in('discipline').report('FL203', message);
  } else if (BUILT_IN_KEYS.has(key)) {
    const message = `queues do not support the built-in key ${key} in this version`;
    here.in('key').report('FL202', message);
  } else here.in('key').isDeclaredKey(key);
  return key ?? '';
}
