import type { Range, Setting } from '../../scenario/sweep-values.js';
import type { WrittenAxis, WrittenSweep } from '../../scenario/sweeps.js';
import { ScenarioError } from '../errors.js';
import type { CaseBuilder } from './build.js';

/** A position on a range of whole numbers that gives no whole number: not a multiple of a short fraction. */
const FRACTION = 0.4567;

/**
 * The sweep with fractions on the ranges whose ends are whole numbers. A field that counts, such as a number of
 * replicas, rejects them, so its range keeps whole numbers. `variants`: those that are built to find out.
 */
export function divisible(
  sweep: WrittenSweep,
  builder: CaseBuilder,
  variants: readonly string[],
): WrittenSweep {
  const first = sweep.axes.map(({ settings }) => settings[0]!);
  const axes = sweep.axes.map((axis, i): WrittenAxis => {
    if (axis.range?.isWhole !== true || variants.length === 0) return axis;
    const range = axis.range.fractional();
    if (!accepts(builder, first.with(i, range.at(FRACTION)), variants)) return axis;
    return { ...axis, range, settings: settingsOf(axis, range) };
  });
  return { ...sweep, axes };
}

function settingsOf({ steps, settings }: WrittenAxis, range: Range): readonly Setting[] {
  return steps === null ? settings : range.steps(steps);
}

function accepts(
  builder: CaseBuilder,
  settings: readonly Setting[],
  variants: readonly string[],
): boolean {
  try {
    builder.build(settings, variants);
    return true;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return false;
  }
}
