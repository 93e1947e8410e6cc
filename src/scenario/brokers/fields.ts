import { whole } from '../../spec/quantities/quantities.js';
import { critical, entryText, extending, storage } from '../../spec/fields/common.js';
import { placed } from '../schema/host.js';

/** Fields of every broker. */
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
  nodes: whole({ min: 1, max: 1000 })
    .optional()
    .describe('Number of nodes of the cluster. Unit: count. Defaults to 1.'),
};
