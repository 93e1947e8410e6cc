import { meanOf } from '../../kernel/distribution.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Projection } from '../../contracts/scenario/projections.js';
import { allPublishedTo } from '../published.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatRate } from '../../text/figures.js';
import { fieldTime, limitText, timeText, yamlAt } from '../words.js';

/** A projection that handles fewer events than are appended. */
export const projectionFallsBehind: Rule = {
  name: 'projection-falls-behind',
  severity: 'warning',
  reason:
    'Events arrive faster than the projector handles them. The lag grows, and reads of the view become more and more stale.',
  remedy:
    'Give it more segments and cores, less work per event, or larger batches where that saves work.',
  check: (subject) =>
    [...subject.scenario.projections.values()].flatMap((projection) => {
      const finding = findingOf(projection, subject);
      return finding === null ? [] : [finding];
    }),
};

function findingOf(projection: Projection, subject: Subject): Finding | null {
  const { scenario } = subject;
  const { name, from, lifecycle, service } = projection;
  const workNs = meanOf(projection.work);
  if (lifecycle !== 'async' || workNs === 0) return null;
  const host = service === null ? undefined : scenario.services.get(service);
  const cores = host === undefined ? 1 : host.replicas * host.cpu.cores;
  const topic = scenario.topics.get(from);
  const partitions = topic?.kind === 'kafka' ? topic.partitions : Infinity;
  const concurrency = Math.min(projection.concurrency, partitions);
  const most = (Math.min(concurrency, cores) / workNs) * NS_PER_SECOND;
  const events = allPublishedTo(subject, from);
  if (events <= most) return null;
  // A tenth below the largest work that fits.
  const fits = (0.9 * Math.min(concurrency, cores) * NS_PER_SECOND) / events;
  return {
    path: ['projections', name],
    entities: [name, from],
    message: `${name} cannot keep up with ${from}`,
    measured: `${formatRate(events)} events of ${timeText(workNs)} each`,
    limit: `${formatRate(most)}: concurrency ${limitText(concurrency)} on cores ${limitText(cores)}`,
    fix: yamlAt(['projections', name], `work: ${fieldTime(fits)}`),
  };
}
