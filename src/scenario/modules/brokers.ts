import { PRODUCE, type Broker } from '../../contracts/scenario/messaging.js';
import { BROKER_KINDS, brokerKindOf, brokerSchema } from '../brokers/index.js';
import { wrapCores } from '../short-forms.js';
import { none, nothing, unchanged, type Module, type Entry } from './kind.js';
import { plainHost } from '../resolve/plain-host.js';
import { resolvePlacement } from '../resolve/placement.js';
import { FREE_CPU } from '../../contracts/scenario/process.js';

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

/** Resolves a broker. Its nodes are instances that can crash, hang and slow down. */
function resolveBroker({ here, name, output }: Entry<'brokers'>): Broker {
  const { cpu = FREE_CPU, ...own } = brokerKindOf(output.kind)!.resolve({
    here,
    output: output as never,
  });
  const placement = resolvePlacement(here, output.nodes ?? null, output.zone ?? null);
  return {
    ...plainHost(name, output, { ...placement, cpu }),
    kind: output.kind,
    log: null,
    cluster: null,
    quota: Infinity,
    ...own,
  };
}
