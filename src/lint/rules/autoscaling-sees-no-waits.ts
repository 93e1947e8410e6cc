import type { Ns } from '../../kernel/time.js';
import { followsRatio } from '../../contracts/scenario/autoscaling.js';
import type { Host } from '../../contracts/scenario/host.js';
import { sectionOf } from '../demand.js';
import { limitOfCall } from '../limits.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatShare } from '../../text/figures.js';
import { yamlAt } from '../words.js';

/** An autoscaler on CPU for a service whose threads wait for others. */
export const autoscalingSeesNoWaits: Rule = {
  name: 'autoscaling-sees-no-waits',
  severity: 'warning',
  reason:
    'Threads that wait use no CPU. While a callee is slow, all threads are busy but CPU usage falls below its target, so the autoscaler removes replicas from a service that has too few.',
  remedy:
    'Scale by requests in service (`metric: concurrency`), or give the calls a shorter `timeout`.',
  check: (subject) => subject.hosts.flatMap((host) => judge(subject, host) ?? []),
};

/** A part while one of its callees is as slow as its time limit allows. */
interface Slow {
  /** CPU time per time that a thread is held. */
  readonly busy: number;
  /** null = no callee is slow. */
  readonly callee: string | null;
}

function judge(subject: Subject, host: Host): Finding | null {
  const { name, autoscaling, concurrency, cpuRequest, cpu, runtime } = host;
  if (!followsRatio(autoscaling) || concurrency === Infinity || runtime !== 'threads') return null;
  if (autoscaling.metrics.some(({ metric }) => metric !== 'cpu')) return null;
  const { target } = autoscaling.metrics[0];
  const slow = slowest(subject, host);
  if (slow === null) return null;
  const used = Math.min(concurrency * slow.busy, cpu.cores) / (cpuRequest ?? cpu.cores);
  if (used >= target) return null;
  const path = [sectionOf(subject.scenario, name), name, 'autoscaling'];
  const why = slow.callee === null ? '' : ` while ${slow.callee} answers as late as it may`;
  return {
    path: [...path, autoscaling.metrics.length > 1 ? 'metrics' : 'metric'],
    entities: [name],
    message: `the autoscaler of ${name} takes replicas away while all threads are busy`,
    measured: `all ${concurrency} threads use ${shareText(used)}${why}`,
    limit: `its target, ${shareText(target)}`,
    fix: yamlAt(path, `metric: concurrency\ntarget: ${Math.ceil(concurrency / 2)}`),
  };
}

/** The called part with the least CPU per time that it holds a thread; null if no part is called. */
function slowest({ graph, demands }: Subject, { name }: Host): Slow | null {
  const parts = graph.takenBy(name).map(({ to }) => to);
  let least: Slow | null = null;
  for (const part of new Set(parts)) {
    const { workNs } = demands.of(part);
    const note = (holdNs: Ns, callee: string | null): void => {
      const busy = holdNs === Infinity ? 0 : holdNs === 0 ? 1 : workNs / holdNs;
      if (busy < (least?.busy ?? Infinity)) least = { busy, callee };
    };
    note(demands.holdNs(part), null);
    for (const call of graph.from(part)) {
      if (call.background || call.callee === name) continue;
      note(demands.holdNs(part) + limitOfCall(call).attemptNs, call.callee);
    }
  }
  return least;
}

function shareText(share: number): string {
  return `${formatShare(share)} of their CPU`;
}
