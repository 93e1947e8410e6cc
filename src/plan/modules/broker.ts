import { DISK } from '../../contracts/plan/plan.js';
import { OP } from '../../contracts/plan/program.js';
import type { PlanBroker, PlanCluster } from '../../contracts/plan/messaging.js';
import { PRODUCE, type Broker } from '../../contracts/scenario/messaging.js';
import { isFree } from '../free.js';
import type { Scope } from '../scope.js';
import { subscriptionsOf } from '../store-places.js';
import type { Writer } from '../writer.js';
import { PASSIVE, program, sourcesOf, type PlanModule } from './kind.js';

/** Brokers: the nodes that hold topics and queues. */
export const broker: PlanModule<'broker', 'produce', 'brokers' | 'clusters'> = {
  components: {
    broker: ({ brokers }) =>
      sourcesOf('broker', brokers, (host) => ({
        ...PASSIVE,
        host,
        zones: host.zones,
        parts: host.log === null ? [] : [[PRODUCE, { kind: 'produce', host }]],
        takesMessages: true,
      })),
  },
  parts: {
    produce: ({ host }) => ({
      repeatable: true,
      consumes: null,
      // With limited cores the time of a write is CPU work.
      disk: {
        bits: DISK.write,
        waits: !isFree(host.log!.latency) && host.cpu.cores === Infinity,
      },
      write: (w, _part, scope) => program(w, () => writeProduce(w, host, scope)),
    }),
  },
  plan: ({ w }) => ({ brokers: planBrokers(w), clusters: planClusters(w) }),
};

/** The brokers with topics, in component order. */
export function planBrokers(w: Writer): readonly PlanBroker[] {
  return w.layout.components.flatMap(({ id, source, parts }) => {
    if (source.kind !== 'broker' || source.spec.log === null) return [];
    const { log } = source.spec;
    const sampler = isFree(log.latency) ? -1 : w.distributions.id(log.latency);
    return [{ component: id, part: parts[0].id, spec: log, latency: sampler }];
  });
}

/** The brokers with queues, and the event stores with persistent subscriptions, in component order. */
export function planClusters({ layout }: Writer): readonly PlanCluster[] {
  return layout.components.flatMap(({ id, name, source }): readonly PlanCluster[] => {
    if (source.kind === 'eventStore') {
      const pushes = subscriptionsOf(layout, name).length > 0;
      return pushes ? [{ component: id, spec: { electionNs: 0, memoryBytes: Infinity } }] : [];
    }
    if (source.kind !== 'broker' || source.spec.cluster === null) return [];
    return [{ component: id, spec: source.spec.cluster }];
  });
}

/** Work of a node for a write: CPU if the node has limited cores, otherwise a delay. */
function writeProduce(w: Writer, { log, cpu }: Broker, scope: Scope): void {
  const { latency } = log!;
  if (isFree(latency)) return;
  const [op, name] = cpu.cores === Infinity ? [OP.WAIT, 'wait'] : [OP.WORK, 'work'];
  w.assembler.emit(op, w.distributions.id(latency), 0, 0, scope.names.next(name));
}
