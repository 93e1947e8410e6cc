import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import type { Host } from '../../contracts/scenario/host.js';
import { rateOfInstance, sectionOf } from '../demand.js';
import { limitOfCall } from '../limits.js';
import { meanDemand } from '../mixture.js';
import { patienceOf } from '../patience.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatCount } from '../../text/figures.js';
import { timeText, yamlAt } from '../words.js';

/** A queue in which requests wait longer than any caller waits for them. */
export const queueOutlivesCallers: Rule = {
  name: 'queue-outlives-callers',
  severity: 'warning',
  reason:
    'In overload every request reaches a worker after its caller has given up, so all work is wasted.',
  remedy:
    'Make the queue no longer than timeout x service rate, or drop abandoned requests: `cancellation: onDequeue`.',
  check: (subject) => subject.hosts.flatMap((host) => findingOf(host, subject) ?? []),
};

function findingOf(host: Host, subject: Subject): Finding | null {
  const { queue, name } = host;
  const isRow = queue.capacity > 0 && queue.capacity < Infinity && queue.discipline === 'fifo';
  const callers = longestCaller(host, subject);
  // How much of the queue a concurrency limit leaves unused depends on its adaptation.
  const limited = (host.admission?.concurrencyLimit ?? null) !== null;
  if (!isRow || limited || callers === null) return null;
  const { holdNs, workNs } = meanDemand(subject, name);
  const eachNs = NS_PER_SECOND / rateOfInstance(host, holdNs, workNs);
  if (eachNs === Infinity) return null;
  const queueNs = queue.capacity * eachNs;
  const waitNs = Math.min(queueNs, queue.maxWaitNs ?? Infinity, callers.deadlineNs);
  if (!(waitNs > callers.waitNs) || (host.cancellation !== 'ignore' && callers.notifies))
    return null;
  const section = sectionOf(subject.scenario, name);
  const capacity = Math.max(1, Math.floor(callers.waitNs / eachNs));
  return {
    path: [section, name, 'queue', 'capacity'],
    entities: [name],
    message: `a full queue of ${name} takes longer than any caller waits`,
    measured: `${formatCount(queue.capacity)} requests at ${timeText(eachNs)} each = ${timeText(queueNs)}`,
    limit: `${timeText(callers.waitNs)}, the longest any caller waits`,
    fix: yamlAt([section, name], `queue: { capacity: ${capacity} }\ncancellation: onDequeue`),
  };
}

/** The longest wait of any caller for an attempt; null if it is unlimited or unknown. */
function longestCaller(
  { name }: Host,
  { scenario, graph, inherited }: Subject,
): { readonly waitNs: Ns; readonly deadlineNs: Ns; readonly notifies: boolean } | null {
  const incoming = graph.takenBy(name);
  let waitNs = 0;
  let deadlineNs = 0;
  let notifies = true;
  for (const call of incoming) {
    const limit = limitOfCall(call);
    if (call.background) return null;
    const patience = patienceOf(scenario, call.from);
    waitNs = Math.max(waitNs, Math.min(limit.attemptNs, patience.afterNs));
    deadlineNs = Math.max(deadlineNs, inherited.get(call.to) ?? Infinity);
    notifies &&= patience.afterNs < limit.attemptNs ? patience.notifies : limit.notifies;
  }
  return incoming.length === 0 || waitNs === Infinity ? null : { waitNs, deadlineNs, notifies };
}
