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
    'Give it more segments and cores, less work per event, or larger batches, whose events share one write.',
  check: (subject) =>
    [...subject.scenario.projections.values()].flatMap((projection) => {
      const finding = findingOf(projection, subject);
      return finding === null ? [] : [finding];
    }),
};

function findingOf(projection: Projection, subject: Subject): Finding | null {
  const { scenario, demands } = subject;
  const { name, from, lifecycle, service, writes, batchSize } = projection;
  if (lifecycle !== 'async') return null;
  const workNs = meanOf(projection.work);
  const writeNs =
    writes === null ? 0 : demands.of(`${writes.database}.${writes.operation}`).elapsedNs;
  // A segment waits for the write of a batch, which its events share.
  const eachNs = workNs + writeNs / batchSize;
  if (eachNs === 0) return null;
  const host = service === null ? undefined : scenario.services.get(service);
  const cores = host === undefined ? 1 : host.replicas * host.cpu.cores;
  const topic = scenario.topics.get(from);
  const partitions = topic?.kind === 'kafka' ? topic.partitions : Infinity;
  const concurrency = Math.min(projection.concurrency, partitions);
  const byCores = (cores / workNs) * NS_PER_SECOND;
  const most = Math.min((concurrency / eachNs) * NS_PER_SECOND, byCores);
  const events = allPublishedTo(subject, from);
  if (events <= most) return null;
  // A tenth below what fits.
  const segments = Math.ceil((events * eachNs) / (0.9 * NS_PER_SECOND));
  const fitsNs = ((0.9 * NS_PER_SECOND) / events) * Math.min(concurrency, cores);
  const isEnough = segments <= partitions && events <= 0.9 * byCores;
  const less =
    workNs < fitsNs
      ? `batchSize: ${Math.ceil(writeNs / (fitsNs - workNs))}`
      : `work: ${fieldTime(Math.max(0, fitsNs - writeNs / batchSize))}`;
  return {
    path: ['projections', name],
    entities: [name, from],
    message: `${name} cannot keep up with ${from}`,
    measured: `${formatRate(events)} events of ${timeText(eachNs)} each`,
    limit: `${formatRate(most)}: concurrency ${limitText(concurrency)} on cores ${limitText(cores)}`,
    fix: yamlAt(['projections', name], isEnough ? `concurrency: ${segments}` : less),
  };
}
