import type { Distribution } from '../kernel/distribution.js';
import type { PlanFunction } from '../contracts/plan/functions.js';
import { OVERDUE } from '../model/modules/functions/environments.js';
import { CALL_MODE, OP } from '../contracts/plan/program.js';
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
  const own = functionsOf(layout).flatMap(({ id, source }) =>
    source.kind === 'service' && source.host.environments !== null
      ? [{ component: id, spec: source.host.environments }]
      : [],
  );
  const inAccount = own.filter(({ spec }) => spec.kind === 'lambda');
  const reserved = inAccount.reduce((sum, { spec }) => sum + (spec.reserved ?? 0), 0);
  return own.map(({ component, spec }) => ({
    component,
    spec,
    coldStart: isFree(spec.coldStart) ? -1 : distributions.id(spec.coldStart),
    limit:
      spec.kind === 'lambda'
        ? (spec.reserved ?? spec.maxConcurrency - reserved)
        : spec.maxConcurrency,
    isShared: spec.kind === 'lambda' && spec.reserved === null,
  }));
}

/** Writes the wait of a request for an environment of its function. The time limit of the execution starts after it. */
export function writeInvoke(w: Writer, component: LaidComponent, scope: Scope): void {
  const { source } = component;
  if (source.kind !== 'service' || source.host.environments === null) return;
  // The platform refuses before the function runs, so its response is final.
  const platform = { ...scope, uncaught: CALL_MODE.PASS };
  writeAct(w, w.acts.invoke(functionsOf(w.layout).indexOf(component)), 'invoke', platform);
  const { timeoutNs } = source.host.environments;
  if (timeoutNs === null) return;
  w.assembler.emit(OP.TIME_LIMIT, w.assembler.constants([timeoutNs]), OVERDUE);
}
