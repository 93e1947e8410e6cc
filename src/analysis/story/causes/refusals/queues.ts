import { counterBySteps } from '../../../measure/meter-of.js';
import { formatCount, formatRate, formatShare } from '../../../../text/figures.js';
import { sumSteps } from '../../links.js';
import type { Refusal, RefusalKind } from './kind.js';

/** Part of the refused messages that publishers must see as throttled. */
const MOST = 0.5;

/** Messages that a queue does not take, because it is full or its broker has a quota. */
export const queues: RefusalKind = (place) => {
  const { scene, record, lane, from, until } = place;
  const { plan } = scene.data;
  const topics = new Set(
    plan.acts.flatMap((act) =>
      act.act === 'publish' && lane.parts.includes(act.from) ? [act.topic] : [],
    ),
  );
  const throttled = sumSteps(lane.overRate, from, until);
  return plan.queues.flatMap(({ component, rules, quota }): readonly Refusal[] => {
    if (!topics.has(component)) return [];
    const { name } = plan.components[component];
    const of = (meter: string): number =>
      sumSteps(counterBySteps(record, meter, component, scene.steps), from, until);
    const count = of('publishRejected') + of('publishTimeouts');
    const share = count / Math.max(1, count + of('published'));
    const evidence = `${formatShare(share)} of the messages are refused`;
    // A publisher sees a quota as a rate limit, and a full queue as an error.
    if (quota !== null && throttled >= MOST * count) {
      const subject = plan.components[quota.component].name;
      const text = `${subject} refuses messages above its quota of ${formatRate(quota.rate)}`;
      return [{ ref: { kind: 'limit', subject }, text, evidence, count }];
    }
    if (!Number.isFinite(rules.capacity)) return [];
    const text = `the queue ${name} is full (${formatCount(rules.capacity)} messages)`;
    return [{ ref: { kind: 'capacity', subject: name, resource: 'queue' }, text, evidence, count }];
  });
};
