import type { FaultKind } from '../../model/faults/kind.js';
import type { Host } from '../../spec/scenario/host.js';
import type { Broker } from '../../spec/scenario/messaging.js';
import { brokerKindOf } from '../brokers/index.js';
import type { FaultOutput } from '../schema/fault.js';
import type { Context, Path } from './context.js';
import { report } from './context.js';

/** Whether a fault has an effect on a host; reports why not where that is a broker. */
export function fitsBroker(
  context: Context,
  kind: FaultKind,
  output: FaultOutput,
  host: Host,
  path: Path,
): boolean {
  const broker = 'log' in host ? brokerKindOf((host as Broker).kind) : undefined;
  const why = broker?.unfit(kind, output);
  if (broker === undefined || why === undefined) return true;
  report(context, 'FL405', path, `${host.name} is a broker of kind ${broker.kind}: ${why}`);
  return false;
}
