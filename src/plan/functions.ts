import type { Distribution } from '../kernel/distribution.js';
import type { PlanFunction } from '../spec/functions.js';
import { OUTCOME, withStatus } from '../spec/outcome.js';
import { OP } from '../spec/program.js';
import type { Interner } from './canonical.js';
import { isFree } from './free.js';
import type { LaidComponent, Layout } from './layout.js';
import type { Scope } from './scope.js';
import { writeAct, type Writer } from './writer.js';

function functionsOf({ components }: Layout): readonly LaidComponent[] {
  return components.filter(
    ({ source }) => source.kind === 'service' && source.host.environments !== null,
  );
}

/** The functions, in the order of their names. */
export function planFunctions(
  layout: Layout,
  distributions: Interner<Distribution>,
): readonly PlanFunction[] {
  return functionsOf(layout).flatMap(({ id, source }) => {
    if (source.kind !== 'service' || source.host.environments === null) return [];
    const spec = source.host.environments;
    const coldStart = isFree(spec.coldStart) ? -1 : distributions.id(spec.coldStart);
    return [{ component: id, spec, coldStart }];
  });
}

/** A request of a function waits for an environment; the clock of its execution starts behind it. */
export function writeInvoke(w: Writer, component: LaidComponent, scope: Scope): void {
  const { source } = component;
  if (source.kind !== 'service' || source.host.environments === null) return;
  writeAct(w, w.acts.invoke(functionsOf(w.layout).indexOf(component)), 'invoke', scope);
  const { timeoutNs } = source.host.environments;
  if (timeoutNs === null) return;
  const overdue = withStatus(OUTCOME.serverError, 504);
  w.assembler.emit(OP.TIME_LIMIT, w.assembler.constants([timeoutNs]), overdue);
}
