import { nodesAsked } from '../../language/databases.js';
import type { Call } from '../calls.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatNumber } from '../../text/figures.js';
import { callText, yamlAt } from '../words.js';

/** Number of sequential calls of one call site per run from which a call is chatty. */
const MOST = 10;

/** Sequential calls in one run, such as one query per row of a list (the N+1 problem of ORMs). */
export const chattyCall: Rule = {
  name: 'chatty-call',
  severity: 'warning',
  reason:
    'Every call costs a round trip and can fail. Many sequential calls add up their latencies, and at least one slow or failed call becomes normal.',
  remedy: 'Fetch everything with one call, or cache what is requested repeatedly.',
  check: (subject) =>
    subject.calls.flatMap((call) => {
      const times = inARow(call, subject);
      return times >= MOST && times < Infinity ? [findingOf(call, times, subject)] : [];
    }),
};

/** Number of sequential calls that a part makes per run. */
function inARow(
  { caller, callee, to, times, background, path }: Call,
  { scenario }: Subject,
): number {
  // Users may return as often as they like, and the nodes of a database are queried in parallel.
  if (background || scenario.workloads.has(caller) || path.includes('parallel')) return 0;
  const operation = to.slice(callee.length + 1);
  return times / Math.max(1, nodesAsked(scenario.databases.get(callee), operation));
}

function findingOf(call: Call, times: number, { scenario }: Subject): Finding {
  const { from, to, caller, callee, path } = call;
  const part = from.slice(caller.length + 1);
  const ask = scenario.caches.has(callee)
    ? `cache: { get: ${callee} }`
    : `{ ${scenario.databases.has(callee) ? 'query' : 'call'}: ${to} }`;
  const owner = scenario.services.has(caller) ? ['services', caller, 'endpoints', part] : path;
  return {
    path,
    entities: [from, to],
    message: `${callText(call)} is made over and over`,
    measured: `${formatNumber(times)} times for one ${from}`,
    limit: `below ${MOST}`,
    fix: yamlAt(owner, `steps: [ ${ask} ] # all of them at once`),
  };
}
