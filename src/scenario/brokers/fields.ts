import type { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';
import { critical, entryText, extending, storage } from '../../contracts/fields/common.js';
import { placed } from '../../contracts/scenario/host.js';

export const brokerFields = {
  ...extending,
  ...entryText,
  critical,
  storage,
  ...placed,
};

/** Fields of a cluster whose nodes can fail. */
export const clusterFields = {
  ...brokerFields,
  nodes: field.whole(absent('1'), 'Number of nodes of the cluster.', { min: 1, max: 1000 }),
};

/** Fields of all kinds that shared code reads. */
export interface BrokerFields extends z.output<z.ZodObject<typeof clusterFields>> {
  readonly kind: string;
}
