import { whole } from '../../spec/quantities/quantities.js';
import { flag, critical, entryText, extending, storage, textMap } from '../schema/common.js';
import { zoneSchema } from '../schema/host.js';

/** Fields of every broker. */
export const brokerFields = {
  ...extending,
  ...entryText,
  critical,
  storage,
  zone: zoneSchema.optional(),
  external: flag(false).describe('Operated by a third party. Defaults to false.'),
  labels: textMap().optional().describe('Labels by which faults can select it.'),
};

/** Fields of a cluster whose nodes can fail. */
export const clusterFields = {
  ...brokerFields,
  nodes: whole({ min: 1, max: 1000 })
    .optional()
    .describe('Number of nodes of the cluster. Unit: count. Defaults to 1.'),
};
