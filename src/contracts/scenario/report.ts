import { z } from 'zod';
import { named } from '../fields/common.js';
import { entry } from '../fields/entry.js';
import { field } from '../fields/field.js';
import { duration, share, whole } from '../quantities/quantities.js';

function price() {
  return z.number().min(0).max(1e9).default(0);
}

/** `report`: how results are shown. */
export const reportSchema = entry(
  {
    focus: z.array(z.string().max(200)).optional().describe('Drawn large and first.'),
    exemplars: field.of(whole({ max: 1000 }), 4, 'Example requests shown.'),
    slo: entry({
      success: share().optional().describe('Share of successes aimed at.'),
      latencyNs: duration({ allowZero: false })
        .optional()
        .describe('Latency aimed at. Unit: duration.'),
    })
      .optional()
      .describe('Objectives drawn into the charts.'),
    apdexNs: field.duration('500ms', 'Satisfying latency of the apdex.'),
    groups: named(z.array(z.string().max(200)))
      .optional()
      .describe(
        'Groups in the topology: name -> components. A component of several groups appears in the first by name.',
      ),
    hide: z.array(z.string().max(200)).optional().describe('Not drawn.'),
    prices: z
      .strictObject({
        cpuHour: price().describe(
          'Price of one core for one hour. An instance costs its CPU request, else its `cpu`, from the order to start it until it ends, whether it is busy or not. Unlimited cores cost nothing. Unit: number, in any currency. Defaults to 0.',
        ),
        memoryGbHour: price().describe(
          'Price of 1 GB of memory for one hour. An instance costs its memory request, else its `memory` limit. Unit: number. Defaults to 0.',
        ),
        requests: price().describe(
          'Price of one million requests that arrive at gateways and functions, whatever their outcome. Unit: number. Defaults to 0.',
        ),
        crossZoneGb: price().describe(
          'Price of 1 GB of requests and responses between two zones, by `requestSize` and `responseSize`; the caller pays both. Unit: number. Defaults to 0.',
        ),
        storageGbMonth: price().describe(
          'Price of 1 GB of `storage` of databases, brokers and event stores for a month of 730 h, for each of their nodes. Unit: number. Defaults to 0.',
        ),
      })
      .optional()
      .describe(
        'Prices from which the metrics `cost` and `costPerMillion` are computed. Without them there are no costs.',
      ),
  },
  'How results are shown; no effect on them.',
);
type WrittenReport = z.output<typeof reportSchema>;

/** Prices in any currency, from which costs are computed; 0 = free. */
export type Prices = NonNullable<WrittenReport['prices']>;

export interface ReportSettings extends Omit<WrittenReport, 'focus' | 'groups' | 'hide'> {
  readonly focus: readonly string[];
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly hide: readonly string[];
}
