import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import type { Host } from '../../contracts/scenario/host.js';
import { rateOfInstance, sectionOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { timeText, yamlAt } from '../words.js';

/** A liveness probe that kills a process because it is busy. */
export const livenessBehindRequests: Rule = {
  name: 'liveness-behind-requests',
  severity: 'warning',
  reason:
    'A busy process fails its liveness probe and is killed. Its load moves to the others, which are killed in turn, and the first process that is back receives the entire load.',
  remedy:
    'Serve the probe outside of the workers (`usesWorkers: false`), or tolerate a minute of failures (`failureThreshold`).',
  check: (subject) => subject.hosts.flatMap((host) => judge(subject, host) ?? []),
};

/** A longer overload is not a transient one. */
const PATIENT_NS: Ns = 60 * NS_PER_SECOND;

function judge(subject: Subject, host: Host): Finding | null {
  const { name, probes, queue, concurrency } = host;
  const liveness = probes?.liveness ?? null;
  if (liveness === null || !liveness.usesWorkers || concurrency === Infinity) return null;
  const { timeoutNs, failureThreshold, periodNs } = liveness;
  if (failureThreshold * periodNs >= PATIENT_NS) return null;
  const waitNs = Math.min(fullQueueNs(subject, host), queue.maxWaitNs ?? Infinity);
  const isRefused = queue.capacity < Infinity || queue.maxWaitNs !== null;
  if (waitNs <= timeoutNs && !isRefused) return null;
  const path = [sectionOf(subject.scenario, name), name, 'probes', 'liveness'];
  const wait = waitNs === Infinity ? 'a wait without end' : `a wait of ${timeText(waitNs)}`;
  const isLate = waitNs > timeoutNs;
  return {
    path: [...path, 'usesWorkers'],
    entities: [name],
    message: `${name} is ended when its queue is full`,
    measured: isLate ? wait : 'a refusal',
    limit: isLate ? `timeout ${timeText(timeoutNs)}` : 'an answer',
    fix: yamlAt(path, 'usesWorkers: false'),
  };
}

/** How long the last request of a full queue waits for a worker, if all requests are for the slowest part. */
function fullQueueNs({ graph, demands }: Subject, host: Host): Ns {
  if (host.concurrency === Infinity) return 0;
  const parts = graph.takenBy(host.name).map(({ to }) => to);
  const waits = [...new Set(parts)].map((part) => {
    const rate = rateOfInstance(host, demands.holdNs(part), demands.of(part).workNs);
    return rate === Infinity ? 0 : (host.queue.capacity / rate) * NS_PER_SECOND;
  });
  return Math.max(0, ...waits);
}
