import type { FaultKind } from '../../model/faults/kind.js';
import type { FaultOutput } from '../schema/fault.js';
import { conflict, writtenAt, type Context, type Path } from './context.js';

/** Reports common fields that do not apply to the kind, and contradictions between its own fields. */
export function checkFields(
  context: Context,
  kind: FaultKind,
  config: unknown,
  output: FaultOutput,
  path: Path,
): void {
  if (
    !kind.takesShare &&
    writtenAt(context, [...path, 'share']) !== undefined &&
    output.share < 1
  ) {
    const message =
      `${kind.kind} does not take a share, because it is all or nothing: use ` + 'instances';
    conflict(context, [...path, 'share'], message);
  }
  checkRamp(context, kind, config, output, path);
  for (const problem of kind.check?.(config as never, output.share) ?? []) {
    conflict(context, [...path, problem.field], problem.message);
  }
}

function checkRamp(
  context: Context,
  { kind, instant, takesNoRamp }: FaultKind,
  config: unknown,
  { ramp }: FaultOutput,
  path: Path,
): void {
  if (ramp === undefined) return;
  const isSudden = typeof takesNoRamp === 'function' ? takesNoRamp(config as never) : takesNoRamp;
  if (instant === true || isSudden === true) {
    const message = `${kind} is either on or off, so up, down, shape and steps have no effect: remove ramp`;
    conflict(context, [...path, 'ramp'], message);
  } else if (ramp.up === 0 && ramp.down === 0) {
    const message = 'a ramp needs a time: write `up`, `down` or both, or remove ramp';
    conflict(context, [...path, 'ramp'], message);
  } else if (ramp.steps !== undefined && ramp.shape === 'step') {
    const message = 'shape: step has a single step, so steps has no effect: remove one of them';
    conflict(context, [...path, 'ramp', 'steps'], message);
  }
}
