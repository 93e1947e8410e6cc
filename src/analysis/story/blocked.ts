import { meterOf } from '../measure/meter-of.js';
import type { PlanCluster } from '../../contracts/plan/messaging.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { StoryEvent } from '../../contracts/result/cascade.js';
import { touchedBy } from '../measure/faulted.js';
import { bySteps, largestBySteps, type Steps } from '../measure/steps.js';
import type { VariantData } from '../measure/variant-data.js';
import { formatCount, formatSeconds } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { firstSpan, fromTo } from './unseen.js';
import type { Scene } from './scene.js';

/** Share of a step in which an alarm must be on. */
const MOST = 0.5;

/** What blocks publishers: a full queue, or the alarm of a broker for all of its queues. */
interface Blocker {
  readonly subject: string;
  readonly reason: string;
  /** Components of the queues that it blocks. */
  readonly queues: readonly number[];
  /** Whether it blocks in a step; null = whenever a publisher waits. */
  readonly isOn: ((step: number) => boolean) | null;
}

/** The first time that a full queue, or the alarm of a broker, blocks publishers: until then no request shows it. */
export function blockedEvents(scene: Scene, record: RunRecord): readonly StoryEvent[] {
  const { data, steps } = scene;
  return [...alarmsOf(data, record, steps), ...fullQueues(data)].flatMap((blocker) => {
    const sums = new Float64Array(steps.stepOfCell.length);
    for (const meter of record.meters) {
      if (meter.name !== 'blocked' || meter.form !== 'gauge') continue;
      if (!blocker.queues.includes(meter.component)) continue;
      for (let cell = 0; cell < sums.length; cell++) sums[cell] += meter.max[cell];
    }
    const waiting = largestBySteps(sums, steps);
    const isBlocked = (step: number): boolean =>
      waiting[step] >= 1 && (blocker.isOn === null || blocker.isOn(step));
    const span = firstSpan(steps.count, 0, isBlocked);
    if (span === null) return [];
    const most = Math.max(...waiting.subarray(...span));
    const { subject, reason } = blocker;
    const text = `${reason}, and up to ${plural(most, 'message')} ${most === 1 ? 'waits' : 'wait'} to be published`;
    const over = (seconds: number): string => `publishing again after ${formatSeconds(seconds)}`;
    return fromTo(scene, span, { kind: 'blocked', subject, text }, over);
  });
}

/** The alarms of clusters for the memory or the disk of a node: they block publishers to all of their queues. */
function alarmsOf(data: VariantData, record: RunRecord, steps: Steps): readonly Blocker[] {
  const { plan } = data;
  return plan.clusters.flatMap((cluster, id): readonly Blocker[] => {
    const { component } = cluster;
    const alarmed = meterOf(record, 'gauge', 'alarmed', component);
    if (alarmed === undefined) return [];
    const onNs = bySteps([alarmed.area], steps);
    return [
      {
        subject: plan.components[component].name,
        reason: `its ${alarmWords(data, cluster)} is on`,
        queues: plan.queues
          .filter(({ placement }) => placement?.cluster === id)
          .map((queue) => queue.component),
        isOn: (step) => onNs[step] >= MOST * steps.lengthNs[step],
      },
    ];
  });
}

/** A fault on a broker may fill its disk, so that both limits come into question. */
function alarmWords(data: VariantData, { component, spec }: PlanCluster): string {
  if (spec.memoryBytes === Infinity) return 'disk alarm';
  const isHit = data.plan.faults.some((fault) => touchedBy(fault, data).components.has(component));
  return isHit ? 'alarm for memory or disk' : 'memory alarm';
}

/** Queues that let their publishers wait while they are full, and for nothing else: they are on no broker that fails. */
function fullQueues({ plan }: VariantData): readonly Blocker[] {
  return plan.queues
    .filter(
      ({ rules, placement }) =>
        placement === null && rules.overflow === 'block' && Number.isFinite(rules.capacity),
    )
    .map(({ component, rules }) => ({
      subject: plan.components[component].name,
      reason: `it is full (${formatCount(rules.capacity)} messages)`,
      queues: [component],
      isOn: null,
    }));
}
