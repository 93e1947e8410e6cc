import { z } from 'zod';
import {
  bandwidth,
  distribution,
  duration,
  durationOrNone,
  share,
  whole,
} from '../../spec/quantities/quantities.js';
import { freeText, named, nameText, withShort } from '../../spec/fields/common.js';
import { cost, flag } from '../../spec/quantities/fields.js';

/** `run`: duration, replications and the guard against endless runs. */
export const runSchema = z
  .strictObject({
    duration: duration({ allowZero: false }).describe(
      'Simulated time that is measured; time 0 of every `at` is its start. Required.',
    ),
    warmup: duration()
      .prefault('0s')
      .describe(
        'Simulated time before that, whose results are discarded. Unit: duration. Defaults to 0s.',
      ),
    seed: whole().prefault(1).describe('Seed of all random streams. Defaults to 1.'),
    replications: whole({ min: 1, max: 10_000 })
      .prefault(1)
      .describe('Independent runs; intervals come from them. Defaults to 1.'),
    drain: durationOrNone()
      .prefault('none')
      .describe(
        'Arrivals stop at the end and work is given this long to finish; the rest is `unfinished`. ' +
          'Unit: duration or `none`. Defaults to none.',
      ),
    timeline: duration({ allowZero: false })
      .optional()
      .describe(
        'Step of all series. Unit: duration. Defaults to duration / 200, rounded to 1-2-5.',
      ),
    maxEvents: whole({ min: 1 })
      .prefault(2_000_000_000)
      .describe('Events after which a run is stopped. Defaults to 2000000000.'),
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
    latency: cost().describe(
      'One way, per message between two instances. Unit: distribution. Defaults to 0ms.',
    ),
    loss: share()
      .prefault(0)
      .describe('Share of messages lost; a loss is a delay by retransmission. Defaults to 0.'),
    bandwidth: bandwidth()
      .prefault('unlimited')
      .describe(
        'Between two instances, each way: messages leave one after the other and take size / ' +
          'bandwidth. Clients of a workload have a line each. Unit: size/s. Defaults to unlimited.',
      ),
    rto: duration({ allowZero: false })
      .prefault('200ms')
      .describe('Time to the first retransmission, doubling. Unit: duration. Defaults to 200ms.'),
    zones: named(
      z.strictObject({ latency, loss }).describe('Network inside this zone; overrides `network`.'),
    )
      .optional()
      .describe('Zones in which instances are placed.'),
    links: z
      .array(
        z
          .strictObject({
            between: z
              .tuple([nameText(), nameText()])
              .describe('Two zones, components or workloads. Required.'),
            latency,
            loss,
            bandwidth: bandwidth()
              .optional()
              .describe('Between two instances of the two ends, each way. Unit: size/s.'),
            oneWay: flag(false).describe(
              'Only messages from the first to the second. Defaults to false.',
            ),
          })
          .describe('The network between two ends.'),
      )
      .optional()
      .describe('Pairs that differ: the most specific pair wins, then the later one.'),
  })
  .describe('Network between instances; it costs nothing by default.');

const keyCount = whole({ min: 1 }).describe('How many values there are. Unit: count. Required.');
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
        exponent: z.number().min(0).max(10).default(0.99).describe('Skew. Defaults to 0.99.'),
        ...keyText,
      }),
      z.strictObject({
        kind: z.literal('hot').describe('A share of the requests falls on the first few values.'),
        count: keyCount,
        hotShare: share().describe('Share of requests on the hot values. Required.'),
        hotKeys: whole({ min: 1 }).prefault(1).describe('How many values are hot. Defaults to 1.'),
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
