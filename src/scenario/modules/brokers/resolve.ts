import type { Broker } from '../../../contracts/scenario/messaging.js';
import { brokerKindOf } from '../../brokers/index.js';
import { plainHost } from '../../resolve/plain-host.js';
import { resolvePlacement } from '../../resolve/placement.js';
import type { Entry } from '../kind.js';
import { FREE_CPU } from '../../../contracts/scenario/process.js';

/** Resolves a broker. Its nodes are instances that can crash, hang and slow down. */
export function resolveBroker({ here, name, output }: Entry<'brokers'>): Broker {
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
