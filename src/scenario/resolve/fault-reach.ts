import type { Host } from '../../contracts/scenario/host.js';
import { PROBES } from '../../contracts/scenario/probes.js';
import type { ScenarioModules } from '../../contracts/scenario/modules.js';
import type { FaultKind } from '../../model/faults/kind.js';
import type { Target } from '../../contracts/scenario/target.js';
import { faultKind } from '../../patterns/registry.js';
import type { WrittenFault } from '../../contracts/scenario/faults.js';
import type { Cursor } from './context.js';
import type { CallGraph } from './graph.js';

/** An endpoint or operation that a fault names. */
export interface Reach {
  readonly kind: FaultKind;
  readonly output: WrittenFault;
  readonly name: string;
  readonly part: string;
  readonly host: Host | undefined;
  readonly modules: ScenarioModules;
  readonly graph: CallGraph;
}

/** Reports a fault on a part that no request reaches: it would hit nothing. */
export function checkReach(here: Cursor, reach: Reach): void {
  const { kind, output, name, part, graph } = reach;
  const { faults = [] } = here.context.output;
  // A change may add the calls, and names of a scenario with mistakes are not all known.
  const mayAdd = faults.some((other) => faultKind(other.kind)?.targets.includes('configuration'));
  const isUnsure = here.names.broken.size > 0 || mayAdd;
  if (output.optional || isUnsure || graph.has(['all', null], [name, part])) return;
  const remedy = 'name a part that is called, or write optional: true';
  if (kind.atCaller === true) {
    const message = `no component calls ${name}.${part}, so no proxy has calls to it: ${remedy}`;
    here.report('FL410', message);
  } else if (!isProbed(reach) && !isConsumer(reach)) {
    const message = `no request reaches ${name}.${part}, so nothing is hit: ${remedy}`;
    here.report('FL410', message);
  }
}

/** Whether a probe or a health check calls the part. */
function isProbed({ host, part }: Reach): boolean {
  const { probes, healthChecks } = host ?? {};
  return (
    healthChecks?.endpoint === part || PROBES.some((probe) => probes?.[probe]?.endpoint === part)
  );
}

/** Whether messages are delivered to the part. */
function isConsumer({ name, part, modules: { topics, queues } }: Reach): boolean {
  const isOwn = ({ call }: { readonly call: Target }): boolean =>
    call.component === name && call.part === part;
  return (
    [...topics.values()].some(({ subscribers }) => subscribers.some(isOwn)) ||
    [...queues.values()].some(({ consumers }) => consumers.some(isOwn))
  );
}
