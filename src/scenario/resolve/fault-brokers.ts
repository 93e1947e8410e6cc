import type { FaultKind } from '../../model/faults/kind.js';
import type { Host } from '../../spec/scenario.js';
import type { FaultOutput } from '../schema/fault.js';
import type { Context, Path } from './context.js';
import { report } from './context.js';

/** What nodes that answer no requests can do. */
const OF_RABBIT: ReadonlySet<string> = new Set(['crash', 'pause']);

/** Whether a fault does anything to a host, where that is a broker. */
export function fitsBroker(
  context: Context,
  kind: FaultKind,
  output: FaultOutput,
  host: Host,
  path: Path,
): boolean {
  const why = whyNot(kind, output, host);
  if (why === undefined) return true;
  report(context, 'FL405', path, `${host.name} is a broker of kind ${why}`);
  return false;
}

/** The kind of a broker, and why a fault does nothing to it; undefined where it does, or where the host is none. */
function whyNot(kind: FaultKind, output: FaultOutput, host: Host): string | undefined {
  const broker = 'kind' in host ? host.kind : undefined;
  if (broker === 'sqs')
    return 'sqs, which has no nodes that could fail: aim at its queues or at who uses them';
  if (broker === 'rabbitmq' && !OF_RABBIT.has(kind.kind))
    return `rabbitmq: its nodes can ${[...OF_RABBIT].join(' or ')}`;
  const idle = broker === 'kafka' ? idleKnob(kind, output) : undefined;
  return idle === undefined ? undefined : `kafka: ${idle}`;
}

function idleKnob(kind: FaultKind, output: FaultOutput): string | undefined {
  const edits = kind.edits(output as never, 1);
  return edits.map(({ knob }) => knob.idleAtKafka).find((why) => why !== undefined);
}
