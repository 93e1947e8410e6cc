import type { FaultKind } from '../../model/faults/kind.js';
import type { WrittenFault } from '../../contracts/scenario/faults.js';
import type { Cursor } from './context.js';

/** Reports common fields that do not apply to the kind, and contradictions between its own fields. */
export function checkFields(
  here: Cursor,
  kind: FaultKind,
  config: unknown,
  output: WrittenFault,
): void {
  if (!kind.takesShare && here.in('share').written() !== undefined && output.share < 1) {
    const message =
      `${kind.kind} does not take a share, because it is all or nothing: use ` + 'instances';
    here.in('share').conflict(message);
  }
  checkRamp(here, kind, config, output);
  for (const problem of kind.check?.(config as never, output.share) ?? []) {
    here.in(problem.field).conflict(problem.message);
  }
}

function checkRamp(
  here: Cursor,
  { kind, instant, takesNoRamp }: FaultKind,
  config: unknown,
  { ramp }: WrittenFault,
): void {
  if (ramp === null) return;
  const isSudden = typeof takesNoRamp === 'function' ? takesNoRamp(config as never) : takesNoRamp;
  if (instant === true || isSudden === true) {
    const message = `${kind} is either on or off, so up, down, shape and steps have no effect: remove ramp`;
    here.in('ramp').conflict(message);
  } else if (ramp.upNs === 0 && ramp.downNs === 0) {
    const message = 'a ramp needs a time: write `up`, `down` or both, or remove ramp';
    here.in('ramp').conflict(message);
  } else if (ramp.steps !== null && ramp.shape === 'step') {
    const message = 'shape: step has a single step, so steps has no effect: remove one of them';
    here.in('ramp', 'steps').conflict(message);
  }
}
