import { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import { named, nameText } from '../fields/common.js';
import { entry } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
import { bandwidth, distribution, share } from '../quantities/quantities.js';

const latency = distribution()
  .optional()
  .describe('One way, per message. Unit: distribution of durations.');
const loss = share()
  .optional()
  .describe('Share of messages that are lost and sent again after `rto`. Unit: share.');

const link = entry(
  {
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
    idleTimeoutNs: field.timeLimit(
      'none',
      'Time without a message after which a device on the way (NAT gateway, load balancer, firewall) forgets a ' +
        'connection. It concerns `connections` and the pools of databases; the first link with it applies.',
    ),
    afterIdle: field.choice(
      ['drop', 'reset'],
      'drop',
      'Answer to the next message on a forgotten connection: none (Azure, GCE), or a reset (NLB, NAT gateway of AWS).',
    ),
    oneWay: field.of(z.boolean(), false, 'Only messages from the first to the second.'),
  },
  'The network between two ends.',
);

/** `network`: latency, loss and bandwidth of messages between instances. */
export const networkSchema = entry(
  {
    latency: field.cost('0ms', 'One way, per message between two instances.'),
    loss: field.of(share(), 0, 'Share of messages lost; a loss is a delay by retransmission.'),
    bandwidth: field.of(
      bandwidth(),
      'unlimited',
      'Between two instances, each way: messages leave one after the other and take size / bandwidth. Clients ' +
        'of a workload have a line each.',
      'size/s',
    ),
    rtoNs: field.duration('200ms', 'Time to the first retransmission, doubling.'),
    zones: named(
      entry(
        {
          latency,
          loss,
          region: field.of(
            nameText(),
            absent('none'),
            'Region of the zone. Levels of `priorities` keep calls in it before they go to others.',
          ),
        },
        'Network inside this zone; overrides `network`.',
      ),
    )
      .optional()
      .describe('Zones in which instances are placed.'),
    links: z
      .array(link)
      .optional()
      .describe('Pairs that differ: the most specific pair wins, then the later one.'),
  },
  'Network between instances; it costs nothing by default.',
);

type WrittenNetwork = z.output<typeof networkSchema>;

/** A device between two ends that forgets quiet connections. */
export interface FlowDevice {
  readonly idleNs: Ns;
  /** It answers what comes later with a reset, instead of not at all. */
  readonly resets: boolean;
}

/** The network between two zones, components or workloads. */
export interface NetworkLink extends Omit<z.output<typeof link>, 'between'> {
  readonly between: readonly [string, string];
}

/** The network between instances. Bandwidths are bytes per second between two instances, in each direction. */
export interface Network extends Omit<WrittenNetwork, 'zones' | 'links'> {
  readonly zones: ReadonlyMap<string, NonNullable<WrittenNetwork['zones']>[string]>;
  readonly links: readonly NetworkLink[];
}
