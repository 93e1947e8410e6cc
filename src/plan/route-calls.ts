import type { Distribution } from '../kernel/distribution.js';
import { OUTCOME_NAMES } from '../contracts/outcome.js';
import { OP } from '../contracts/plan/program.js';
import type { Gateway } from '../contracts/scenario/scenario.js';
import type { Route } from '../contracts/scenario/routes.js';
import { SLOT } from './assembler.js';
import { writeWeighted } from './weighted.js';
import { HANDED_ON } from './calls.js';
import { StepNames } from './identity.js';
import type { Limiters } from './limiters.js';
import { strand, type Scope } from './scope.js';
import { writeSteps } from './steps.js';
import { writeBackground, writeCall, type Writer } from './writer.js';

const AT_ONCE: Distribution = { kind: 'constant', valueNs: 0 };

/**
 * Writes the work of a route after its middleware: the mirrored call, then the call to a target; or the route's own
 * steps.
 */
export function writeRoute(
  w: Writer,
  keys: Limiters,
  { route, gateway }: { readonly route: Route; readonly gateway: Gateway },
  scope: Scope,
): void {
  const own = { ...scope, answers: answersOf(w, gateway) };
  if (route.steps !== null) return writeSteps(w, route.steps, own);
  if (route.mirror !== null) writeMirror(w, route.mirror, scope);
  const call = (index: number): void =>
    writeCall(w, route.to[index]!.target, HANDED_ON, route.policy, own);
  if (route.to.length === 1) return call(0);
  const weights = route.to.map((target) => target.weight);
  const bodies = route.to.map((_, index) => () => call(index));
  const key = keys.keyNumber(route.sticky, scope.where, 'a route');
  writeWeighted(w, weights, bodies, scope.names.next('route'), key);
}

/** Table of statuses by outcome, 0 = the same as for a service; -1 if no outcome differs. */
function answersOf(w: Writer, { answers }: Gateway): number {
  if (answers.size === 0) return -1;
  return w.assembler.constants(OUTCOME_NAMES.map((name) => answers.get(name) ?? 0));
}

/** Writes the mirrored call as a background strand: the request neither waits for it nor sees its outcome. */
function writeMirror(w: Writer, mirror: NonNullable<Route['mirror']>, scope: Scope): void {
  const { assembler } = w;
  const names = new StepNames(scope.names.next('mirror'));
  const behind = assembler.label();
  if (mirror.share < 1) {
    const coin = assembler.emit(
      OP.SKIP,
      assembler.constants([mirror.share]),
      0,
      0,
      names.next('share'),
    );
    assembler.point(coin, SLOT.B, behind);
  }
  writeBackground(w, names.next('background'), () => {
    // The request itself goes first: a wait of 0 delays the copy until the pending events of this instant are done.
    assembler.emit(OP.WAIT, w.distributions.id(AT_ONCE));
    writeCall(w, mirror.target, HANDED_ON, null, strand({ ...scope, names }));
  });
  assembler.bind(behind);
}
