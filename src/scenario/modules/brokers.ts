import { PRODUCE } from '../../contracts/scenario/messaging.js';
import { BROKER_KINDS, brokerKindOf, brokerSchema } from '../brokers/index.js';
import { wrapCores } from '../short-forms.js';
import { resolveBroker } from './brokers/resolve.js';
import { none, nothing, unchanged, type Module } from './kind.js';

/** Brokers: clusters of nodes that hold logs or queues. */
export const brokers: Module<'brokers'> = {
  kind: 'broker',
  summary: 'Clusters of brokers, which host topics and queues.',
  reference: BROKER_KINDS.map(({ reference }) => reference),
  example: BROKER_KINDS[0].reference.example,
  schema: () => brokerSchema,
  expand: wrapCores,
  inherit: unchanged,
  visit: unchanged,
  parts: ({ output }) => (brokerKindOf(output.kind)?.hasLogs === true ? [PRODUCE] : []),
  instead: (name) => `${name} is a broker: publish to one of its topics`,
  lags: none,
  resolve: resolveBroker,
  subject: ({ log, replicas }) => ({ parts: log === null ? [] : [PRODUCE], instances: replicas }),
  host: (own) => own,
  calls: nothing,
  check: nothing,
  target: ({ here, kind, output, name, modules }) => {
    const own = brokerKindOf(modules.brokers.get(name)?.kind);
    const why = own?.unfit(kind, output);
    if (own === undefined || why === undefined) return 'asHost';
    here.report('FL405', `${name} is a broker of kind ${own.kind}: ${why}`);
    return 'checked';
  },
};
