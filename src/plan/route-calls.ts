import type { Distribution } from '../kernel/distribution.js';
import { OUTCOME, OUTCOME_NAMES } from '../spec/outcome.js';
import { OP } from '../spec/plan/program.js';
import type { Gateway, Route } from '../spec/scenario/scenario.js';
import { SLOT } from './assembler.js';
import { writeWeighted } from './branches.js';
import { HANDED_ON } from './calls.js';
import { StepNames } from './identity.js';
import type { Limiters } from './limiters.js';
import type { Scope } from './scope.js';
import { strand } from './scope.js';
import { writeSteps } from './steps.js';
import { writeCall, type Writer } from './writer.js';

const AT_ONCE: Distribution = { kind: 'constant', valueNs: 0 };

/**
 * What a route does when its chain has let a request through: the copy, then the call of a target; or
 * steps of its own.
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
  const key = route.sticky === null ? -1 : keys.keyNumber(route.sticky, scope.where, 'a route');
  writeWeighted(w, weights, bodies, scope.names.next('route'), key);
}

/** Status by kind of outcome, 0 where it is that of a service; -1 where all of them are. */
function answersOf(w: Writer, { answers }: Gateway): number {
  if (answers.size === 0) return -1;
  return w.assembler.constants(OUTCOME_NAMES.map((name) => answers.get(name) ?? 0));
}

/** A strand of its own, so that the request neither waits for it nor learns how it ends. */
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
  const start = assembler.here + 1;
  const at = assembler.emit(OP.BACKGROUND, start, 0, 0, names.next('background'));
  assembler.point(at, SLOT.B, behind);
  // The request itself is sent first: the copy goes when everything of this instant is under way.
  assembler.emit(OP.WAIT, w.distributions.id(AT_ONCE));
  writeCall(w, mirror.target, HANDED_ON, null, strand({ ...scope, names }));
  assembler.emit(OP.DONE, OUTCOME.ok);
  assembler.bind(behind);
}
