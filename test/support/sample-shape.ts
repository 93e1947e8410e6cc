import type { Series } from '../../src/contracts/result/result.js';
import type { HealthState } from '../../src/contracts/result/cascade.js';

/** Shape of one variant's run through the hang of 60 to 100 s, from which the sample's figures follow. */
export interface Shape {
  readonly name: string;
  /** Second from which orders succeed again after 60 s; 60 = they never stop, 999 = never again. */
  readonly ordersBack: number;
  /** Second at which browsing stops; null = never. */
  readonly browseLost: number | null;
  /** Attempts per call on the edges into checkout and payments while orders fail. */
  readonly attempts: number;
  readonly breaker: boolean;
  readonly fallback: boolean;
}

export const SHAPES: readonly Shape[] = [
  { name: 'naive', ordersBack: 100, browseLost: 65, attempts: 1, breaker: false, fallback: false },
  {
    name: 'timeouts',
    ordersBack: 102,
    browseLost: null,
    attempts: 1,
    breaker: false,
    fallback: false,
  },
  {
    name: 'retries',
    ordersBack: 999,
    browseLost: null,
    attempts: 3,
    breaker: false,
    fallback: false,
  },
  {
    name: 'breaker',
    ordersBack: 104,
    browseLost: null,
    attempts: 1,
    breaker: true,
    fallback: false,
  },
  { name: 'full', ordersBack: 60, browseLost: null, attempts: 1, breaker: true, fallback: true },
];

export const STEPS = 180;
export const ORDERS = 200;
export const BROWSES = 300;

/** A wiggle of at most `size` either way, the same in every run. */
export function wiggle(key: number, size: number): number {
  const mixed = Math.imul(key ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
  return ((Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) >>> 0) / 4294967296 - 0.5) * 2 * size;
}

export function ordersFail(shape: Shape, t: number): boolean {
  return t >= 60 && t < shape.ordersBack;
}

export function browsesFail(shape: Shape, t: number): boolean {
  return shape.browseLost !== null && t >= shape.browseLost && t < 100;
}

/** Attempts per order that reach a component, at second t. */
export function ordersAt(shape: Shape, component: string, t: number): number {
  const failing = ordersFail(shape, t);
  const hang = t >= 60 && t < 100;
  if (component === 'edge') return 1;
  const front = failing ? shape.attempts : 1;
  if (component === 'checkout' || component === 'inventory') return front;
  if (component === 'payments') {
    if (shape.breaker && hang) return 0.02;
    return front * (failing ? shape.attempts : 1);
  }
  if (component === 'psp')
    return shape.breaker && hang ? 0.02 : failing && hang ? 0.8 : failing ? 3 : 1;
  if (component === 'orders-db') return failing ? 0 : 1;
  return 1;
}

export function stateAt(shape: Shape, subject: string, t: number): HealthState {
  const failing = ordersFail(shape, t);
  const hang = t >= 60 && t < 100;
  if (subject === 'inventory') return t >= 53 && t < 72 ? 'degraded' : 'ok';
  if (subject === 'psp') return hang ? 'down' : 'ok';
  if (subject === 'shoppers.order') return failing ? 'down' : 'ok';
  if (subject === 'shoppers.browse') return browsesFail(shape, t) ? 'down' : 'ok';
  if (subject === 'payments') {
    if (shape.breaker) return hang ? 'degraded' : 'ok';
    return hang ? 'down' : failing ? 'failing' : 'ok';
  }
  if (subject === 'checkout') return failing && t >= 61 ? 'down' : 'ok';
  if (subject === 'edge') {
    if (!failing) return 'ok';
    return t < 61 ? 'ok' : t < 63 ? 'degraded' : 'failing';
  }
  return 'ok';
}

/** The series of one subject; `capacity` is workers, `queue` the places that fill while it is down or failing. */
export function seriesOf(shape: Shape, subject: string, capacity: number, queue: number): Series {
  const all = Array.from({ length: STEPS }, (_, t) => pointOf(shape, subject, capacity, queue, t));
  return {
    rate: all.map((p) => p.rate),
    goodRate: all.map((p) => p.rate * p.success),
    success: all.map((p) => p.success),
    successBand: all.map(
      (p) => [Math.max(0, p.success - 0.002), Math.min(1, p.success + 0.001)] as const,
    ),
    p50: all.map((p) => (p.success > 0 ? p.p99 / 3 : null)),
    p99: all.map((p) => (p.success > 0 ? p.p99 : null)),
    inFlight: capacity === 0 ? [] : all.map((p) => p.busy + p.queue),
    busy: capacity === 0 ? [] : all.map((p) => p.busy),
    queue: capacity === 0 ? [] : all.map((p) => p.queue),
    up: [],
    state: all.map((p) => p.state),
  };
}

function pointOf(shape: Shape, subject: string, capacity: number, queue: number, t: number) {
  const user = subject.startsWith('shoppers');
  const orders = subject === 'shoppers.browse' || subject.startsWith('catalog') ? 0 : ORDERS;
  const browses = ['shoppers', 'shoppers.browse', 'edge', 'catalog', 'catalog-db'].includes(subject)
    ? BROWSES
    : 0;
  const multiple = user ? 1 : ordersAt(shape, subject, t);
  const rate =
    Math.max(0, orders * multiple + browses) * (1 + wiggle(t * 31 + subject.length, 0.05));
  const state = stateAt(shape, subject, t);
  const lost = ordersFail(shape, t) && !['inventory', 'orders-db', 'catalog'].includes(subject);
  const ordersShare = lost ? 0 : 1;
  const browseShare = browsesFail(shape, t) ? 0 : 1;
  const total = orders * multiple + browses;
  const success =
    total === 0 ? 1 : (orders * multiple * ordersShare + browses * browseShare) / total;
  const ill = state === 'ok' ? 0 : state === 'degraded' ? 0.35 : state === 'failing' ? 0.8 : 1;
  const p99 =
    (subject === 'psp' ? 0.23 : 0.12) * (1 + wiggle(t * 7 + subject.length, 0.2)) * (1 + 2 * ill);
  const busy = Math.round(capacity * Math.min(1, 0.3 + 0.7 * ill));
  return { rate, success, state, p99, busy, queue: Math.round(ill >= 0.8 ? queue : 0) };
}
