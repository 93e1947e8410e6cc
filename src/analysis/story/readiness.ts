import type { PlanComponent } from '../../contracts/plan/plan.js';
import { INSTANCE_STATE, JOURNAL, type RunRecord } from '../../contracts/record/record.js';
import type { StoryEvent } from '../../contracts/result/cascade.js';
import { BARE } from './unseen.js';
import type { VariantData } from '../measure/variant-data.js';
import { formatCount } from '../../text/figures.js';
import { plural } from '../../text/words.js';

/** Instances of a component that report that they are not ready. */
interface UnreadyPeriods {
  /**
   * The first time: its start, the most unready instances at once, and when all were back; Infinity = not in this
   * run.
   */
  readonly firstNs: number;
  most: number;
  /** Number of instances at that time. */
  of: number;
  backNs: number;
  times: number;
  readonly unready: Set<number>;
}

/**
 * Components whose readiness probes take instances out of rotation: the first time, and the time when all of them are
 * back. A starting instance is not yet in rotation, and one that is shutting down no longer is.
 */
export function readinessEvents({ plan }: VariantData, record: RunRecord): readonly StoryEvent[] {
  const { timeNs, kind, subject, value } = record.journal;
  const started = new Map<number, number>();
  const leaving = new Set<number>();
  const periods = new Map<number, UnreadyPeriods>();
  const empty = new Set<number>();
  for (let k = 0; k < timeNs.length; k++) {
    if (kind[k] !== JOURNAL.instance) continue;
    const at = timeNs[k];
    const instance = subject[k];
    const { component } = plan.instances[instance];
    const own = periods.get(component);
    switch (value[k]) {
      case INSTANCE_STATE.up:
        started.set(instance, at);
        leaving.delete(instance);
        break;
      case INSTANCE_STATE.leaving:
        // It is not expected to be ready again.
        own?.unready.delete(instance);
        leaving.add(instance);
        break;
      case INSTANCE_STATE.absent:
        empty.add(instance);
        break;
      case INSTANCE_STATE.wanted:
        empty.delete(instance);
        break;
      case INSTANCE_STATE.unready:
        if (started.get(instance) === at || leaving.has(instance) || at < 0) break;
        periods.set(component, left(own, instance, at, thereOf(plan.components[component], empty)));
        break;
      case INSTANCE_STATE.ready:
        if (own?.unready.delete(instance) !== true || own.unready.size > 0) break;
        own.backNs = Math.min(own.backNs, at);
        break;
      default:
        break;
    }
  }
  return [...periods].flatMap(([component, story]) => {
    return eventsOf(plan.components[component].name, story);
  });
}

/** Number of its slots that are not empty. */
function thereOf({ firstInstance, instances }: PlanComponent, empty: ReadonlySet<number>): number {
  const own = (id: number): boolean => id >= firstInstance && id < firstInstance + instances;
  return instances - [...empty].filter(own).length;
}

function left(
  own: UnreadyPeriods | undefined,
  instance: number,
  at: number,
  there: number,
): UnreadyPeriods {
  const none = { most: 0, of: there, backNs: Infinity, times: 0 };
  const story = own ?? { firstNs: at, ...none, unready: new Set<number>() };
  if (story.unready.size === 0) story.times++;
  story.unready.add(instance);
  if (story.times === 1 && story.unready.size > story.most) {
    story.most = story.unready.size;
    story.of = there;
  }
  return story;
}

function eventsOf(subject: string, story: UnreadyPeriods): readonly StoryEvent[] {
  const { firstNs, most, backNs, times } = story;
  const event = (kind: 'unready' | 'returned', atNs: number, text: string): StoryEvent => ({
    ...BARE,
    at: atNs / 1e9,
    kind,
    subject,
    text,
  });
  const again = times === 1 ? '' : `, the first of ${formatCount(times)} times`;
  const unready = event(
    'unready',
    firstNs,
    `${formatCount(most)} of ${plural(story.of, 'instance')} not ready${again}`,
  );
  return backNs === Infinity
    ? [unready]
    : [unready, event('returned', backNs, 'all are ready again')];
}
