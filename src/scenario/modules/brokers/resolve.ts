import type { Broker } from '../../../contracts/scenario/messaging.js';
import { brokerKindOf } from '../../brokers/index.js';
import { plainHost } from '../../resolve/plain-host.js';
import { resolvePlacement } from '../../resolve/placement.js';
import type { Entry } from '../kind.js';
import { FREE_CPU } from '../../../contracts/scenario/process.js';

/** Resolves a broker. Its nodes are instances that can crash, hang and slow down. */
export function resolveBroker({ context, name, output, path }: Entry<'brokers'>): Broker {
  const place = { context, output: output as never, path };
  const { cpu = FREE_CPU, ...own } = brokerKindOf(output.kind)!.resolve(place);
  const placement = resolvePlacement(context, output.nodes, output.zone, path);
  return {
    ...plainHost(name, output, { ...placement, cpu }),
    kind: output.kind,
    log: null,
    cluster: null,
    quota: Infinity,
    ...own,
  };
}
