import { z } from 'zod';
import { distribution, duration, rate, whole } from '../../spec/quantities.js';
import { critical, entryText, extending, inheriting, textMap } from './common.js';
import { zoneSchema } from './host.js';

/** One cluster of brokers. */
export const brokerSchema = inheriting(
  z
    .strictObject({
      ...extending,
      ...entryText,
      critical,
      kind: z.enum(['kafka']).describe('Whose behaviour. Required.'),
      nodes: whole({ min: 1, max: 1000 })
        .optional()
        .describe('Brokers of the cluster. Unit: count. Defaults to 1.'),
      zone: zoneSchema.optional(),
      latency: distribution()
        .prefault('0ms')
        .describe(
          'From the sending of a request until the leader has written it, and from there until a ' +
            'follower has: one draw for each. Unit: distribution. Defaults to 0ms.',
        ),
      maxThroughput: rate()
        .optional()
        .describe(
          'Messages a second that one node can write; more wait in line. Unit: rate. Defaults to unlimited.',
        ),
      electionTime: duration()
        .prefault('9s')
        .describe(
          'From the loss of a node until others lead its partitions and its replicas are out of sync ' +
            '(broker.session.timeout.ms). Unit: duration. Defaults to 9s.',
        ),
      external: z.boolean().default(false).describe('Not ours. Defaults to false.'),
      labels: textMap().optional().describe('Selectors of faults.'),
    })
    .describe('A cluster of brokers that topics live on.'),
).meta({ id: 'broker' });
export type BrokerOutput = z.output<typeof brokerSchema>;
