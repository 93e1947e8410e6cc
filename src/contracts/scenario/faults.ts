import { z } from 'zod';
import { freeText, nameText, textMap, withShort } from '../fields/common.js';
import { entry, type Explicit } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
import { duration, durationOrNone, quantity, share, whole } from '../quantities/quantities.js';
import { parseShare, QuantityError, showNoNumber } from '../quantities/quantity-text.js';

/** Selection of the instances that a fault affects. */
export type Selection =
  | { readonly kind: 'all' }
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'indices'; readonly indices: readonly number[] };

const instances = quantity(
  (input): Selection => {
    if (input === 'all') return { kind: 'all' };
    if (typeof input === 'number' && Number.isInteger(input) && input >= 1) {
      return { kind: 'count', count: input };
    }
    if (Array.isArray(input) && input.length > 0 && input.every(isIndex)) {
      return { kind: 'indices', indices: [...new Set(input as number[])].sort((a, b) => a - b) };
    }
    if (typeof input === 'string' && input.endsWith('%')) {
      const part = parseShare(input);
      if (part > 0) return { kind: 'share', share: part };
    }
    throw new QuantityError(
      `must be all, a count such as 1, a share such as 50% or indices such as [0, 2], got ${showNoNumber(input)}`,
    );
  },
  {
    anyOf: [
      { const: 'all' },
      { type: 'integer', minimum: 1 },
      { type: 'string', pattern: '^(\\d+(\\.\\d+)?)%$' },
      { type: 'array', items: { type: 'integer', minimum: 0 }, minItems: 1 },
    ],
  },
);

/** Pattern of a component, version, part, instance or edge. */
const TARGET_PATTERN =
  /^[A-Za-z][\w-]*(@[A-Za-z][\w-]*)?(\.[A-Za-z][\w-]*|\[\d{1,6}\])?$|^[A-Za-z][\w-]*?(\.[A-Za-z][\w-]*?)?->[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)?$/;

const reference = z.string().max(300).regex(TARGET_PATTERN);
const side = z.union([reference, z.array(reference).min(1)]);

const rampSchema = entry({
  upNs: field.of(duration(), '0s', 'Time to full strength.'),
  downNs: field.of(duration(), '0s', 'Time back to zero.'),
  shape: field.choice(
    ['linear', 'step', 'exponential'],
    'linear',
    'Shape of the ramp: even (`linear`), most of it in the last tenth (`exponential`), or zero until the end ' +
      'of `up` and from the start of `down` (`step`).',
  ),
  steps: field.whole(
    absent('none: 20 small steps that follow the slope'),
    'Number of equal steps, such as 4 for 25%, 50%, 75% and 100% of the strength: the first at the start, the ' +
      'last at the end of `up`.',
    { unit: 'a number', min: 2, max: 100 },
  ),
});

/** How the strength of a fault rises and falls; without `steps` smoothly. */
export interface Ramp extends Omit<z.output<typeof rampSchema>, 'steps'> {
  readonly steps?: number;
}

export const faultFields = {
  id: field.of(nameText(), required, 'Unique; budgets say `during ID`.'),
  title: freeText().optional().describe('Shown instead of the id where there is room.'),
  description: freeText().optional().describe('Text for readers.'),
  target: withShort(z.array(reference).min(1), { type: 'string' })
    .optional()
    .describe(
      'Target: component, component.part, component[0], a->b, a zone, a workload, or a list.',
    ),
  between: z.tuple([side, side]).optional().describe('The two sides of a partition.'),
  instances: field.of(instances, 'all', 'Affected instances of the target.'),
  zone: nameText().optional().describe('Only targets in this zone.'),
  role: field.of(
    z.enum(['primary', 'replica', 'all']),
    absent(
      'primary for a fault of a process, such as crash, hang or slow, on a database named as a whole without ' +
        '`instances` and `zone`; otherwise to all',
    ),
    'Nodes of a database with replicas, by their role when the fault begins. A database without replicas has ' +
      'one node, its primary.',
  ),
  version: nameText()
    .optional()
    .describe('Only instances of this version of the target, those that come later among them.'),
  labels: textMap().optional().describe('Only targets with these labels.'),
  share: field.of(share(), '100%', 'Share of requests or messages affected.'),
  atNs: duration().optional().describe('Start, from the end of the warm-up. Unit: duration.'),
  forNs: durationOrNone()
    .optional()
    .describe(
      'Length; `none`: until the end. `crash` takes 0s: the process is killed once. Unit: duration. Required.',
    ),
  everyNs: duration({ allowZero: false }).optional().describe('Repeat, from start to start.'),
  count: whole({ min: 1, max: 10_000 }).optional().describe('How often, with `every` or `when`.'),
  untilNs: duration({ allowZero: false })
    .optional()
    .describe('No start at or after this, with `every`.'),
  after: nameText().optional().describe('Id of a fault: starts at its end.'),
  delayNs: field.of(
    duration(),
    '0s',
    'Time between that end and the start; or between the alert and the start, with `when: alerts.NAME`.',
  ),
  when: z
    .string()
    .max(300)
    .optional()
    .describe(
      'Starts when this holds at the end of a step of the timeline: `orders.queue > 100 for 5s`. With ' +
        '`alerts.page` it starts `delay` after this alert fires, as a responder acts. Once, or `count` ' +
        'times. METRIC OP LIMIT [for DURATION], of a component, a part or an instance: queue, concurrency, cpu, utilization, ' +
        'memory, success, throughput, outcomes.OUTCOME, share.OUTCOME, and the counts of topics and queues. Of ' +
        'an edge, `gateway->orders.outcomes.refused > 0`: success, throughput, outcomes, share, calls, attempts. Shares ' +
        'and counts are those of the step.',
    ),
  mitigated: field.of(
    entry({
      alert: field.of(
        z.string().min(1).max(200),
        required,
        'Name of the alert that calls the responder.',
      ),
      afterNs: field.duration('5m', 'Time from the alert until the fault is over.', {
        allowZero: true,
      }),
    }),
    absent('none: it lasts as long as `for` says'),
    'A responder ends the fault: rolls it back, moves traffic away, repairs it. At the latest it ends with `for`.',
  ),
  jitterNs: field.duration(
    '0s',
    'Random delay of each start, up to this, drawn in every run. In budgets and the report `during` covers ' +
      'the time in which the fault may be active.',
    { allowZero: true },
  ),
  probability: field.share('100%', 'Probability of each start, drawn in every run.'),
  group: nameText()
    .optional()
    .describe(
      'Faults of one group share their draws: their nth starts happen together, with the same delay, and select ' +
        'instances at the same positions.',
    ),
  ramp: rampSchema.optional().describe('Ramp of the strength.'),
  optional: field.of(z.boolean(), false, 'Whether it may have no effect without being an error.'),
};

/** A validated fault: the common fields, and those of its kind as the output of its schema. */
export interface WrittenFault extends Explicit<typeof faultFields> {
  readonly kind: string;
  readonly config: unknown;
}

/** Fields that need no resolution. */
export const KEPT = [
  ...(['id', 'kind', 'optional', 'config', 'instances', 'zone', 'version'] as const),
  ...(['share', 'jitterNs', 'probability', 'group'] as const),
] as const;

function isIndex(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
