import { absent, field, required } from '../../spec/fields/field.js';
import { z } from 'zod';
import {
  bandwidth,
  distribution,
  duration,
  share,
  whole,
} from '../../spec/quantities/quantities.js';
import { freeText, named, nameText, withShort } from '../../spec/fields/common.js';

/** `run`: duration, replications and the guard against endless runs. */
export const runSchema = z
  .strictObject({
    duration: field.of(
      duration({ allowZero: false }),
      required,
      'Simulated time that is measured; time 0 of every `at` is its start.',
    ),
    warmup: field.duration('0s', 'Simulated time before that, whose results are discarded.', {
      allowZero: true,
    }),
    seed: field.of(whole(), 1, 'Seed of all random streams.'),
    replications: field.of(
      whole({ min: 1, max: 10_000 }),
      1,
      'Independent runs; intervals come from them.',
    ),
    drain: field.timeLimit(
      'none',
      'Arrivals stop at the end and work is given this long to finish; the rest is `unfinished`.',
      { allowZero: true },
    ),
    timeline: field.duration(absent('duration / 200, rounded to 1-2-5'), 'Step of all series.'),
    maxEvents: field.of(whole({ min: 1 }), 2000000000, 'Events after which a run is stopped.'),
  })
  .describe('Length and number of the simulation runs.');

const latency = distribution()
  .optional()
  .describe('One way, per message. Unit: distribution of durations.');
const loss = share()
  .optional()
  .describe('Share of messages that are lost and sent again after `rto`. Unit: share.');

/** `network`: latency, loss and bandwidth of messages between instances. */
export const networkSchema = z
  .strictObject({
    latency: field.cost('0ms', 'One way, per message between two instances.'),
    loss: field.of(share(), 0, 'Share of messages lost; a loss is a delay by retransmission.'),
    bandwidth: field.of(
      bandwidth(),
      'unlimited',
      'Between two instances, each way: messages leave one after the other and take size / bandwidth. Clients ' +
        'of a workload have a line each.',
      'size/s',
    ),
    rto: field.duration('200ms', 'Time to the first retransmission, doubling.'),
    zones: named(
      z.strictObject({ latency, loss }).describe('Network inside this zone; overrides `network`.'),
    )
      .optional()
      .describe('Zones in which instances are placed.'),
    links: z
      .array(
        z
          .strictObject({
            between: field.of(
              z.tuple([nameText(), nameText()]),
              required,
              'Two zones, components or workloads.',
            ),
            latency,
            loss,
            bandwidth: bandwidth()
              .optional()
              .describe('Between two instances of the two ends, each way. Unit: size/s.'),
            oneWay: field.of(z.boolean(), false, 'Only messages from the first to the second.'),
          })
          .describe('The network between two ends.'),
      )
      .optional()
      .describe('Pairs that differ: the most specific pair wins, then the later one.'),
  })
  .describe('Network between instances; it costs nothing by default.');

const keyCount = field.whole(required, 'How many values there are.', { min: 1 });
const keyText = {
  title: freeText().optional().describe('Shown instead of the name where there is room.'),
  description: freeText().optional().describe('Text for readers.'),
};

/** One entry of `keys`: a population of values. */
export const keySchema = withShort(
  z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('unique').describe('Every request has its own value.'),
        ...keyText,
      }),
      z.strictObject({
        kind: z.literal('uniform').describe('All values are equally likely.'),
        count: keyCount,
        ...keyText,
      }),
      z.strictObject({
        kind: z.literal('zipf').describe('Value i has weight i^-exponent.'),
        count: keyCount,
        exponent: field.of(z.number().min(0).max(10), 0.99, 'Skew.'),
        ...keyText,
      }),
      z.strictObject({
        kind: z.literal('hot').describe('A share of the requests falls on the first few values.'),
        count: keyCount,
        hotShare: field.of(share(), required, 'Share of requests on the hot values.'),
        hotKeys: field.of(whole({ min: 1 }), 1, 'How many values are hot.'),
        ...keyText,
      }),
      z.strictObject({
        kind: z.literal('sequence').describe('0, 1, 2 ... in order of arrival.'),
        count: keyCount,
        ...keyText,
      }),
    ])
    .describe('A population of values; a request keeps its draw through its whole call tree.'),
  { type: 'string', pattern: '^(unique|(uniform|zipf|hot|sequence)\\(.*\\))$' },
);
