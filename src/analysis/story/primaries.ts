import { JOURNAL, PROMOTED, type RunRecord } from '../../contracts/record/record.js';
import type { PlanFault } from '../../contracts/plan/plan.js';
import { downtimesOf } from '../measure/downtimes.js';
import { instancesOf, type VariantData } from '../measure/variant-data.js';

/**
 * Spans in which a database with replicas has no primary that runs: from the end of its process until it is back, or
 * another node takes over. Pools of callers get no connection then, so that no request reaches the database.
 */
export function withoutPrimary(
  component: number,
  data: VariantData,
  record: RunRecord,
): PlanFault['spans'] {
  const { plan } = data;
  if (!plan.replications.some((one) => one.component === component)) return [];
  const nodes = instancesOf(plan, component);
  const downtimes = downtimesOf(data, record, new Set(nodes)).filter(({ absent }) => !absent);
  const { timeNs, kind, subject, value } = record.journal;
  const primaries = [{ fromNs: 0, instance: nodes[0] }];
  for (let k = 0; k < timeNs.length; k++) {
    const isChange = kind[k] === JOURNAL.promoted && value[k] === PROMOTED.shard;
    if (!isChange || plan.instances[subject[k]].component !== component) continue;
    primaries.push({ fromNs: timeNs[k] + plan.warmupNs, instance: subject[k] });
  }
  return primaries.flatMap(({ fromNs, instance }, k) => {
    const untilNs = primaries[k + 1]?.fromNs ?? plan.horizonNs;
    return downtimes.flatMap((down) => {
      const isOwn = down.instance === instance && down.fromNs < untilNs && down.untilNs > fromNs;
      const span = {
        fromNs: Math.max(down.fromNs, fromNs),
        untilNs: Math.min(down.untilNs, untilNs),
      };
      return isOwn ? [span] : [];
    });
  });
}
