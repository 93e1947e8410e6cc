import { lineOf, meterOf } from './meter-of.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { PlanQueue } from '../../contracts/plan/queues.js';
import type { MeterRecord, RunRecord } from '../../contracts/record/record.js';
import { delayQueues, restingPlaces } from './dead-letters.js';
import { bySteps, largestBySteps, type Steps } from './steps.js';
import { partName } from '../../contracts/plan/names.js';
import { type VariantData } from './variant-data.js';

/** A backlog: of a consumer, a read model or an outbox. */
export interface WaitingLine {
  readonly subject: string;
  /** The noun for one waiting item. */
  readonly noun: 'message' | 'event' | 'row';
  /** By step: the longest wait so far, ns, and the largest number of waiting items. */
  readonly ages: Float64Array;
  readonly waiting: Float64Array;
  /** Messages are already old on arrival: `ages` counts only the time that they wait here. */
  readonly isRelayed: boolean;
  /** By step: 1 if a handler works on each message: on average, less than one waits. */
  readonly handled: Uint8Array;
  /** Age and number of waiting items at the end of the measured time. */
  readonly endAge: number;
  readonly left: number;
  /** Components: the one where the items wait, then those that handle them. */
  readonly places: readonly number[];
}

type Gauge = Extract<MeterRecord, { readonly form: 'gauge' }>;

/** Meters of an age, each with that of the number that waits or is in service. */
const LINES: ReadonlyMap<string, string> = new Map([
  ['age', 'lag'],
  ['outbox.age', 'outbox.rows'],
]);

/**
 * Every backlog of one run, in the order of its meters. Resting dead letters and queues that delay messages on
 * purpose are not backlogs.
 */
export function waitingLines(
  data: VariantData,
  record: RunRecord,
  steps: Steps,
): readonly WaitingLine[] {
  const { plan } = data;
  const resting = restingPlaces(plan);
  const delays = delayQueues(plan);
  const relayed = new Set([...behindOutboxes(plan), ...delays.values()]);
  return record.meters.flatMap((meter) => {
    const counted = LINES.get(meter.name);
    if (counted === undefined || meter.form !== 'gauge') return [];
    if (resting.has(meter.component) || delays.has(meter.component)) return [];
    const { component, part } = meter;
    const lag = meterOf(record, 'gauge', counted, component, part);
    const line = lag === undefined ? undefined : lineOf(record, lag);
    const { name, kind } = plan.components[meter.component];
    const isOutbox = meter.name === 'outbox.age';
    const raw = largestBySteps(meter.max, steps);
    const isRelayed = lag !== undefined && relayed.has(meter.component);
    const waiting =
      line === undefined ? new Float64Array(steps.count) : largestBySteps(line.max, steps);
    const ages = isRelayed ? agesHere(raw, record, lag, steps) : raw;
    return [
      {
        subject: isOutbox ? `${name}.outbox` : meter.part < 0 ? name : partName(plan, meter.part),
        noun: isOutbox ? 'row' : kind === 'projection' ? 'event' : 'message',
        ages,
        isRelayed,
        handled: handledBySteps(line, steps),
        waiting,
        endAge: Math.min(meter.end, ages[steps.count - 1]),
        left: line?.end ?? 0,
        places: placesOf(plan, meter),
      },
    ];
  });
}

/** The component of a backlog, and the components whose handlers work it off. */
function placesOf(plan: Plan, { component, part }: MeterRecord): readonly number[] {
  const handlers = [
    ...plan.topics.flatMap(({ groups }) =>
      groups.filter((group) => group.part === part).map(({ handler }) => handler),
    ),
    ...consumersIn(plan, component, part).map(({ handler }) => handler),
    ...plan.projections.filter((view) => view.component === component).map((view) => view.part),
  ];
  return [...new Set([component, ...handlers.map((handler) => plan.parts[handler].component)])];
}

/** The consumers of a queue. */
function consumersIn({ queues }: Plan, component: number, part: number): PlanQueue['consumers'] {
  const own = queues
    .flatMap((inlet) => inlet.queues)
    .find((queue) => queue.component === component && queue.part === part);
  return own?.consumers ?? [];
}

/** Only where messages in service are counted apart from those that wait is a line known to be empty. */
function handledBySteps(line: Gauge | undefined, steps: Steps): Uint8Array {
  if (line?.name !== 'waiting') return new Uint8Array(steps.count);
  return Uint8Array.from(bySteps([line.area], steps), (area, step) =>
    Number(area < steps.lengthNs[step]),
  );
}

/** Topics and queues that outboxes publish to, and the read models of such topics; component ids. */
function behindOutboxes(plan: Plan): ReadonlySet<number> {
  const places = new Set(
    plan.acts.flatMap((act) => (act.act === 'publish' && act.via === 'outbox' ? [act.topic] : [])),
  );
  const views = plan.projections.filter(({ topic }) => places.has(topic));
  return new Set([...places, ...views.map(({ component }) => component)]);
}

/**
 * Ages without the time before arrival. The age of a message counts from its publication, or with an outbox from its
 * commit, so messages that an outbox or a delay queue held back are old on arrival. A consumer that handles them at
 * once is not late. By Little's law a message waits here for the mean number of waiting messages divided by the rate at
 * which they are handled. In a step that handles none, the wait grows by the length of the step.
 */
function agesHere(
  ages: Float64Array,
  { meters }: RunRecord,
  lag: Gauge,
  steps: Steps,
): Float64Array {
  const counts = meters.flatMap((meter) =>
    meter.form === 'counter' &&
    meter.name === 'consumed' &&
    meter.component === lag.component &&
    (meter.part === lag.part || lag.part < 0)
      ? [meter.counts]
      : [],
  );
  const handled = bySteps(counts, steps);
  const areas = bySteps([lag.area], steps);
  let here = 0;
  return ages.map((age, step) => {
    const most = handled[step] > 0 ? areas[step] / handled[step] : here + steps.lengthNs[step];
    return (here = Math.min(age, most));
  });
}
