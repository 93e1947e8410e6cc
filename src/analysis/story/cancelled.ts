import { counterBySteps, countsOf } from '../measure/meter-of.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { StoryEvent } from '../../contracts/result/cascade.js';
import { firstFaultNs } from '../measure/faulted.js';
import { secondsOf } from './influence.js';
import { sumSteps } from './links.js';
import type { Scene } from './scene.js';
import { BARE, firstSpan } from './unseen.js';
import { formatCount, formatShare } from '../../text/figures.js';
import { plural } from '../../text/words.js';

/** More sagas than this are undone, */
const MANY = 0.05;
/** and this many times the share before the first fault: some are undone by design. */
const MORE = 3;
/** A step with fewer sagas is not judged. */
const FEW = 10;

/** The first time after the first fault in which many more sagas are undone than before it. */
export function cancelledEvents(scene: Scene, record: RunRecord): readonly StoryEvent[] {
  const { data, steps, baseline } = scene;
  const { plan } = data;
  if (plan.faults.length === 0) return [];
  const fault = (firstFaultNs(data) - plan.warmupNs) / 1e9;
  return record.meters.flatMap((meter) => {
    const { component } = meter;
    if (meter.name !== 'accepted' || plan.components[component].kind !== 'saga') return [];
    const begun = countsOf(meter, steps);
    const undone = counterBySteps(record, 'compensated', component, steps);
    const usual = sumSteps(undone, 0, baseline) / Math.max(1, sumSteps(begun, 0, baseline));
    const limit = Math.max(MANY, MORE * usual);
    const isUndone = (step: number): boolean =>
      begun[step] >= FEW && undone[step] > limit * begun[step];
    const span = firstSpan(steps.count, baseline, isUndone);
    if (span === null) return [];
    const [n, all] = [sumSteps(undone, ...span), sumSteps(begun, ...span)];
    const before = `${formatShare(usual)} before`;
    return [
      {
        ...BARE,
        // The step of the fault begins before it.
        at: Math.max(secondsOf(scene, span[0]), fault),
        kind: 'cancelled' as const,
        subject: plan.components[component].name,
        text: `${formatCount(n)} of ${plural(all, 'saga')} are undone, ${before}`,
      },
    ];
  });
}
