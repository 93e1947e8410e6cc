import type { Distribution } from '../../kernel/distribution.js';
import { PLAIN_BALANCING } from '../../spec/patterns/balancer.js';
import type { Broker } from '../../spec/scenario/messaging.js';
import type { Host } from '../../spec/scenario/scenario.js';
import { brokerKindOf } from '../brokers/index.js';
import type { BrokerFields } from '../brokers/kind.js';
import type { Context, Path } from './context.js';
import { report } from './context.js';
import { sorted } from './names.js';
import { resolvePlacement } from './placement.js';
import { unknown } from './targets.js';
import { OFF_PLATFORM } from './off-platform.js';

const NOTHING: Distribution = { kind: 'constant', valueNs: 0 };

/** One cluster of brokers in its final form: its nodes are instances that can crash, hang and slow down. */
export function resolveBroker(context: Context, name: string, output: BrokerFields): Broker {
  const place = { context, output: output as never, path: ['brokers', name] };
  const { cpu, ...own } = brokerKindOf(output.kind)!.resolve(place);
  const host = hostOf(context, name, output);
  return {
    ...host,
    ...(cpu === undefined ? {} : { cpu }),
    kind: output.kind,
    log: null,
    cluster: null,
    quota: Infinity,
    ...own,
  };
}

function hostOf(context: Context, name: string, output: BrokerFields): Host {
  return {
    name,
    title: output.title ?? null,
    description: output.description ?? null,
    critical: output.critical,
    ...resolvePlacement(context, output.nodes, output.zone, ['brokers', name]),
    runtime: 'threads',
    concurrency: Infinity,
    queue: { capacity: Infinity, discipline: 'fifo', maxWaitNs: null },
    cpu: { cores: Infinity, discipline: 'processorSharing', quota: null, contextSwitchTax: 0 },
    cancellation: 'ignore',
    rejectWork: NOTHING,
    admission: null,
    gc: null,
    memory: null,
    lifecycle: null,
    ...OFF_PLATFORM,
    loadBalancing: { kind: 'roundRobin', config: {}, common: PLAIN_BALANCING },
    outlierDetection: null,
    protocol: null,
    external: output.external,
    labels: new Map(sorted(output.labels)),
  };
}

/** Whether a name is that of a broker of this kind; reports it at `broker` otherwise. */
export function isBroker(
  context: Context,
  name: string,
  wanted: Broker['kind'],
  brokers: ReadonlyMap<string, Broker>,
  path: Path,
): boolean {
  const at = [...path, 'broker'];
  const kind = context.names.things.get(name)?.kind;
  if (kind === undefined) {
    unknown(context, name, at, ['broker']);
  } else if (kind !== 'broker') {
    report(context, 'FL405', at, `${name} is a ${kind}, not a broker`);
  } else {
    const found = brokers.get(name)?.kind ?? wanted;
    if (found === wanted) return true;
    report(
      context,
      'FL405',
      at,
      `${name} is a broker of kind ${found}: expected one of kind ${wanted}`,
    );
  }
  return false;
}
