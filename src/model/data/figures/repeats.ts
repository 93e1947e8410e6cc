import type { Plan } from '../../../contracts/plan/plan.js';
import type { Layer } from '../../../contracts/scenario/policies.js';
import { SESSION } from '../../../contracts/scenario/sections.js';

/** The policies that send a call more than once. */
const REPEATS: ReadonlySet<Layer['policy']> = new Set<Layer['policy']>(['retry', 'hedge']);

const isRepeat = ({ policy }: Layer): boolean => REPEATS.has(policy);

/**
 * By part: 1 if one operation of a request may be executed more than once there, and a second execution does harm. Calls
 * are repeated by policies, messages by deliveries, commands of sagas after a crash, and everything below them is
 * repeated with them.
 */
export function repeatedParts(plan: Plan): Uint8Array {
  const { parts, edges, bundles, topics, queues, sagas } = plan;
  const repeats = new Uint8Array(parts.length);
  const calls = parts.map((): number[] => []);
  const open: number[] = [];
  const reach = (part: number): void => {
    if (part < 0 || repeats[part] === 1) return;
    repeats[part] = 1;
    open.push(part);
  };
  for (const { from, to, bundle, session } of edges) {
    calls[from].push(to);
    // Any statement of a transaction may be repeated, and has its effect with the commit.
    if (session === SESSION.holds || bundles[bundle].layers.some(isRepeat)) reach(to);
  }
  for (const { groups } of topics) for (const { handler } of groups) reach(handler);
  for (const { queues: own } of queues) {
    for (const { consumers } of own) for (const { handler } of consumers) reach(handler);
  }
  for (const { driver } of sagas) reach(driver);
  for (let part = open.pop(); part !== undefined; part = open.pop()) calls[part].forEach(reach);
  // A key does not make a second execution harmless; it only prevents it.
  parts.forEach(({ idempotent, once }, part) => {
    if (idempotent && once < 0) repeats[part] = 0;
  });
  return repeats;
}

/**
 * By edge: 1 if the caller answers for its callee, a database or an event store. An endpoint that is declared idempotent
 * may write its own data twice, and an orchestrator the state of a saga.
 */
export function coveredEdges({ parts, components, edges, sagas }: Plan): Uint8Array {
  const drivers = new Set(sagas.map(({ driver }) => driver));
  return Uint8Array.from(edges, ({ from, to }) => {
    const { idempotent, once } = parts[from];
    const { kind } = components[parts[to].component];
    const isData = kind === 'database' || kind === 'eventStore';
    return isData && ((idempotent && once < 0) || drivers.has(from)) ? 1 : 0;
  });
}
