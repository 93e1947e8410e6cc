import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { bandwidth as bytesPerSecond } from '../../contracts/quantities/quantities.js';
import { bandwidthLimit } from '../knobs/bandwidth.js';
import { direction } from '../mechanisms/direction.js';
import { problemsOf } from '../mechanisms/problems.js';

const schema = z.strictObject({
  rate: bytesPerSecond({ limited: true }).describe(
    'Bandwidth left between each pair of instances, per direction; the lowest limit of the ' +
      'network and all such faults applies. With a ramp the time per message grows in step. ' +
      'Unit: size/s. Required.',
  ),
  direction,
});

/**
 * `bandwidth`: a link with limited bandwidth. A message takes size / rate and waits for earlier messages between the
 * same two instances. Each client has its own line. When the rate changes, the unsent rest continues at the new rate.
 *
 * At strength s of a ramp the rate is rate / s, so the transfer time of a message grows linearly from zero.
 */
export const bandwidth: FaultKind<typeof schema> = {
  kind: 'bandwidth',
  summary:
    'Limits the bandwidth between each pair of instances: large messages take long, and those ' +
    'after them wait. Messages in transit when it starts or ends continue at the new rate.',
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
    problemsOf({
      rate: rate === bandwidthLimit.neutral && '`unlimited` has no effect: write a rate',
    }),
};
