import { countsOf } from '../measure/meter-of.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { StoryEvent } from '../../contracts/result/cascade.js';
import { delayQueues, passesOn } from '../measure/dead-letters.js';
import { secondsOf } from './influence.js';
import { sumSteps } from './links.js';
import { afterReset } from './replays.js';
import { bySteps, type Steps } from '../measure/steps.js';
import type { Scene } from './scene.js';
import { BARE } from './unseen.js';
import { partName } from '../../contracts/plan/names.js';
import { partsOf, type VariantData } from '../measure/variant-data.js';
import { plural } from '../../text/words.js';

interface Anomaly {
  readonly kind: 'lost' | 'lostCommits' | 'repeated' | 'deadLettered' | 'doneTwice';
  words(n: number): string;
}

/** Counters of messages and commits whose effect does not happen exactly once. */
const ANOMALIES: ReadonlyMap<string, Anomaly> = new Map([
  [
    'lostEffects',
    {
      kind: 'lost',
      words: (n) => `${plural(n, 'message')} never ${n === 1 ? 'has its' : 'have their'} effect`,
    },
  ],
  [
    'lostEvents',
    {
      kind: 'lost',
      words: (n) =>
        `${plural(n, 'event')} of committed work ${n === 1 ? 'is' : 'are'} never published`,
    },
  ],
  [
    'lostCommits',
    {
      kind: 'lostCommits',
      words: (n) => `${plural(n, 'confirmed commit')} ${n === 1 ? 'is' : 'are'} gone`,
    },
  ],
  ['duplicateEffects', { kind: 'repeated', words: (n) => `${plural(n, 'effect')} too many` }],
  ['deadLettered', { kind: 'deadLettered', words: (n) => `${plural(n, 'dead letter')}` }],
]);
/** With a fault, they must be more than this many times as frequent as before it. */
const OFTENER = 3;

/**
 * Events for lost and repeated effects of messages, commits and requests, and for dead letters, in one run: after the
 * first fault, or in the entire run without one.
 */
export function effectEvents(scene: Scene, record: RunRecord): readonly StoryEvent[] {
  const { data, steps, baseline } = scene;
  const { plan } = data;
  const from = plan.faults.length > 0 ? baseline : 0;
  const delays = delayQueues(plan);
  const meters = record.meters.flatMap((meter): Counted[] => {
    const anomaly = ANOMALIES.get(meter.name);
    if (anomaly === undefined || meter.form !== 'counter') return [];
    // Messages leave a delay queue by expiring, and messages that are dead-lettered to a retry are not dead.
    if (delays.has(meter.component)) return [];
    if (anomaly.kind === 'deadLettered' && passesOn(plan, meter.component, meter.part)) return [];
    const { name } = plan.components[meter.component];
    const subject = meter.part < 0 ? name : partName(plan, meter.part);
    return [{ anomaly, subject, counts: countsOf(meter, steps) }];
  });
  const found = [...meters, ...executedTwice(data, record, steps)];
  return found.flatMap(({ anomaly, subject, counts }) => {
    const n = sumSteps(counts, from, steps.count);
    const usual = from === 0 ? 0 : sumSteps(counts, 0, from) / from;
    if (!(n > OFTENER * usual * (steps.count - from))) return [];
    const first = counts.findIndex((some, step) => step >= from && some > 0);
    const at = secondsOf(scene, first);
    const text = `${anomaly.words(n)}${afterReset(plan, subject, at, steps.lengthNs[0] / 1e9)}`;
    return [{ ...BARE, at, kind: anomaly.kind, subject, text }];
  });
}

/** A counter of effects by step. */
interface Counted {
  readonly anomaly: Anomaly;
  readonly subject: string;
  readonly counts: Float64Array;
}

const TWICE: Anomaly = {
  kind: 'doneTwice',
  words: (n) => `${plural(n, 'request')} ${n === 1 ? 'is' : 'are'} executed again`,
};

/**
 * Requests of parts that are not idempotent, and that are executed to the end more than once. Handlers of messages are
 * left out: what they do twice is counted with their messages.
 */
function executedTwice(data: VariantData, record: RunRecord, steps: Steps): readonly Counted[] {
  const { plan } = data;
  const handlers = new Set([
    ...plan.topics.flatMap(({ groups }) => groups.map(({ handler }) => handler)),
    ...plan.queues.flatMap(({ queues }) =>
      queues.flatMap(({ consumers }) => consumers.map(({ handler }) => handler)),
    ),
  ]);
  return plan.components.flatMap(({ name }, id) => {
    const own = partsOf(plan, id).filter((part) => !handlers.has(part));
    const rows = own.map((part) => record.parts[part].duplicates);
    return [{ anomaly: TWICE, subject: name, counts: bySteps(rows, steps) }];
  });
}
