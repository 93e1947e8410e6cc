import { listed } from '../base/format.js';
import {
  combinations,
  isSample,
  placed,
  rangesText,
  settingText,
  type SweepView,
} from './cases.js';

/** Most settings, and most lines of a map, that are listed one by one. */
const LISTED_MAX = 4;

/**
 * Describes a set of settings: `at retries = 0 to 2 and timeout = 50ms` where it contains every combination of some
 * values, else setting by setting or row by row; null if only a picture can show it.
 */
export function regionText(
  view: SweepView,
  settings: readonly (readonly number[])[],
): string | null {
  if (isSample(view.result.sweep.kind))
    return settings.length > LISTED_MAX ? null : oneByOne(view, settings);
  const chosen = view.free.map((axis) => valuesOf(settings, axis));
  const size = chosen.reduce((product, values) => product * values.length, 1);
  if (size === settings.length) return blockText(view, chosen);
  if (settings.length <= LISTED_MAX) return oneByOne(view, settings);
  return view.free.length === 2 ? rowsText(view, settings) : null;
}

/** Describes every combination of the chosen values of the free axes. An axis with all values chosen is left out. */
function blockText(view: SweepView, chosen: readonly (readonly number[])[]): string {
  const parts = view.free.flatMap((axis, i) => {
    const whole = view.result.axes[axis]!;
    if (chosen[i]!.length === whole.values.length) return [];
    return [`${view.axisNames[axis]!} = ${rangesText(whole, chosen[i]!)}`];
  });
  const rest = view.free.flatMap((axis, i) =>
    chosen[i]!.length === view.result.axes[axis]!.values.length ? [view.axisNames[axis]!] : [],
  );
  const whatever = rest.length === 0 ? '' : `, whatever ${listed(rest)}`;
  return `at ${listed(parts)}${whatever}`;
}

function oneByOne(view: SweepView, settings: readonly (readonly number[])[]): string {
  return `at ${settings.map((at) => settingText(view, at)).join('; ')}`;
}

/** Rows of the map with the same text are joined: `at retries = 0, 1: timeout = 50ms to 1s; ...`. */
function rowsText(view: SweepView, settings: readonly (readonly number[])[]): string | null {
  const [first, second] = view.free as [number, number];
  const [rows, columns] = [view.result.axes[first]!, view.result.axes[second]!];
  const held = new Set(settings.map((at) => at.join(',')));
  const groups = new Map<string, number[]>();
  rows.values.forEach((_, r) => {
    const here = combinations(view.result, [second])
      .flat()
      .filter((c) => held.has(placed(view, view.free, [r, c]).join(',')));
    const text =
      here.length === columns.values.length
        ? `any ${view.axisNames[second]!}`
        : rangesText(columns, here);
    if (here.length > 0) groups.set(text, [...(groups.get(text) ?? []), r]);
  });
  if (groups.size > LISTED_MAX) return null;
  return `at ${[...groups]
    .map(([text, at]) => {
      const of = text.startsWith('any ') ? text : `${view.axisNames[second]!} = ${text}`;
      return `${view.axisNames[first]!} = ${rangesText(rows, at)} with ${of}`;
    })
    .join('; ')}`;
}

function valuesOf(settings: readonly (readonly number[])[], axis: number): number[] {
  return [...new Set(settings.map((at) => at[axis]!))].sort((a, b) => a - b);
}
