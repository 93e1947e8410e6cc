import { nodesAsked } from '../../scenario/databases.js';
import type { Call } from '../calls.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { callText, rounded, yamlAt } from '../words.js';

/** Calls of one place for one run of its part, from which on they are a conversation. */
const MOST = 10;

/** One call for each row of a list: the N+1 of those who map objects to tables. */
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

/** How often a part makes a call, one time after the other, for one run of its own. */
function inARow(
  { caller, callee, to, times, background, path }: Call,
  { scenario }: Subject,
): number {
  // People come back as often as they like, and the nodes of a database are asked at once.
  if (background || scenario.workloads.has(caller) || path.includes('parallel')) return 0;
  const operation = to.slice(callee.length + 1);
  return times / Math.max(1, nodesAsked(scenario.databases.get(callee), operation));
}

function findingOf(call: Call, times: number, { scenario }: Subject): Finding {
  const { from, to, caller, callee, path } = call;
  const part = from.slice(caller.length + 1);
  const ask = scenario.databases.has(callee) ? 'query' : 'call';
  const owner = scenario.services.has(caller) ? ['services', caller, 'endpoints', part] : path;
  return {
    path,
    entities: [from, to],
    message: `${callText(call)} is made over and over`,
    measured: `${rounded(times)} times for one ${from}`,
    limit: `below ${MOST}`,
    fix: yamlAt(owner, `steps: [ { ${ask}: ${to} } ] # all of them at once`),
  };
}
