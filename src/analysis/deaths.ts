import { INSTANCE_STATE, JOURNAL, type RunRecord } from '../spec/record.js';
import type { StoryEvent } from '../spec/result-cascade.js';
import { stepAt, type Steps } from './steps.js';
import type { Scene } from './influence.js';
import { BARE } from './unseen.js';
import type { VariantData } from './variant-data.js';
import { plural } from './words.js';

/** Processes that die although no fault stops them: of lack of memory, or of a message that they cannot handle. */
export function deathEvents(
  data: VariantData,
  record: RunRecord,
  steps: Steps,
  spansOf: Scene['spansOf'],
): readonly StoryEvent[] {
  const { plan } = data;
  const { timeNs, kind, subject, value } = record.journal;
  const deaths = new Map<number, number[]>();
  for (let i = 0; i < timeNs.length; i++) {
    if (kind[i] !== JOURNAL.instance || value[i] !== INSTANCE_STATE.down || timeNs[i] < 0) continue;
    const at = timeNs[i] + plan.warmupNs;
    const instance = subject[i];
    const isStopped = plan.faults.some(
      (fault) =>
        fault.knobs.includes('down') &&
        fault.instances.includes(instance) &&
        spansOf(fault).some(({ fromNs, untilNs }) => at >= fromNs && at <= untilNs),
    );
    const { component } = plan.instances[instance];
    if (!isStopped && stepAt(steps, at) < steps.count)
      deaths.set(component, [...(deaths.get(component) ?? []), timeNs[i] / 1e9]);
  }
  return [...deaths].map(([component, times]) => ({
    ...BARE,
    at: times[0],
    kind: 'killed' as const,
    subject: plan.components[component].name,
    text: `${plural(times.length, 'death')}${plan.components[component].memory === null ? '' : ' for lack of memory'}`,
  }));
}
