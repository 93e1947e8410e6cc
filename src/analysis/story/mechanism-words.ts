import type { CascadeEvent } from '../../contracts/result/cascade.js';
import { headOf } from '../../contracts/result/fault-text.js';

/** Effect of a mechanism on the callers of a component, in words. */
const WORDS: ReadonlyMap<string, (callee: string) => string> = new Map([
  ['calleeTimeout', (callee: string) => `timeouts waiting for ${callee}`],
  ['calleeError', (callee: string) => `errors from ${callee}`],
  ['queueFull', (callee: string) => `refused by the full queue of ${callee}`],
  ['queueWait', (callee: string) => `waits in the queue of ${callee}`],
  ['netLoss', (callee: string) => `broken connections to ${callee}`],
  ['poolWait', (callee: string) => `waits for connections to ${callee}`],
  ['breakerOpen', (callee: string) => `refused by the open breaker to ${callee}`],
  ['noInstance', (callee: string) => `no instance of ${callee} to call`],
  ['limited', (callee: string) => `refused by limits to ${callee}`],
  ['deadline', (callee: string) => `deadlines pass waiting for ${callee}`],
  ['slow', (callee: string) => `slow answers of ${callee}`],
  ['cacheMisses', (callee: string) => `cache misses load ${callee}`],
  ['heldLocks', (callee: string) => `rows locked during calls to ${callee}`],
  ['heldConnections', (callee: string) => `connections held by calls to ${callee}`],
  ['slowNetwork', (callee: string) => `slow network to ${callee}`],
  ['lostMessages', (callee: string) => `messages to or from ${callee} lost`],
]);

/** A degradation with its mechanism: `timeouts waiting for payments, success 2 %`. */
export function degradationWords(event: CascadeEvent): string {
  const figure = headOf(event);
  const why = event.subject.includes('.') ? undefined : WORDS.get(event.mechanism ?? '');
  return why === undefined || event.cause === null ? figure : `${why(event.cause)}, ${figure}`;
}

/** Why there are no connections: the callers that wait for one do not show it. */
export function heldWords({ mechanism, cause }: CascadeEvent): string {
  return mechanism === 'heldConnections' ? ` (connections held by calls to ${cause!})` : '';
}
