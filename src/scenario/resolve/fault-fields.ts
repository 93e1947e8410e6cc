import type { FaultKind } from '../../spec/fault.js';
import type { FaultOutput } from '../schema/fault.js';
import type { Context, Path } from './context.js';
import { report, writtenAt } from './context.js';

/** Common fields that mean nothing for a kind, and what its own fields cannot be together. */
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
    report(
      context,
      'FL208',
      [...path, 'share'],
      `${kind.kind} hits everything or nothing: choose with instances, not share`,
    );
  }
  if (kind.takesNoRamp === true && output.ramp !== undefined) {
    const message = `${kind.kind} has no strength that could come and go by and by: leave ramp out`;
    report(context, 'FL208', [...path, 'ramp'], message);
  }
  for (const problem of kind.check?.(config as never, output.share) ?? []) {
    report(context, 'FL208', [...path, problem.field], problem.message);
  }
}
