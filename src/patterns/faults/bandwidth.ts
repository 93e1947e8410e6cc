import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { bandwidth as bytesPerSecond } from '../../spec/quantities.js';
import { bandwidthLimit } from '../knobs/bandwidth.js';
import { direction } from '../mechanisms/direction.js';

const schema = z.strictObject({
  rate: bytesPerSecond({ limited: true }).describe(
    'What is left for the messages of each pair of instances, each way for itself; where the network or another fault ' +
      'leaves less, that counts. A ramp lets the time of a message grow with it. Unit: size/s. Required.',
  ),
  direction,
});

/**
 * `bandwidth`: a thin link. A message takes its size / rate, behind those before it between the same two instances;
 * clients have a line each. When the rate changes, what has not left yet goes on at the new one.
 *
 * At a strength s of a ramp the rate is rate / s: the time of a message grows in a straight line, from none.
 */
export const bandwidth: FaultKind<typeof schema> = {
  kind: 'bandwidth',
  summary:
    'Leaves messages so many bytes a second between each two instances: large ones take long, and those behind them ' +
    'wait; what is on a line at its start or end goes on at the new rate.',
  sources: [
    'tc-tbf(8)',
    'Shopify/toxiproxy README (bandwidth toxic)',
    'Chaos Mesh, NetworkChaos bandwidth (rate)',
  ],
  targets: ['link', 'zone'],
  schema,
  example:
    '- { id: thin-link, kind: bandwidth, target: shop->catalog, rate: 1MiB/s, at: 10s, for: 20s }\n',
  takesShare: false,
  edits: (config, strength) =>
    strength === 0
      ? []
      : [edit(bandwidthLimit, config.rate / strength, { direction: config.direction })],
  check: ({ rate }) =>
    rate === bandwidthLimit.neutral
      ? [{ field: 'rate', message: '`unlimited` leaves everything as it is: write a rate' }]
      : [],
};
