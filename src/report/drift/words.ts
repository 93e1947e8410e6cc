import type { DriftedFigure, DriftedSetting, DriftResult } from '../../contracts/result/drift.js';
import { formatCount, formatShare, formatValue } from '../../text/figures.js';
import { list, plural } from '../../text/words.js';
import { leftOutNotes, unknownNotes } from '../calibrate/notes.js';
import { errorText, UNITS } from '../calibrate/text.js';

/** Longest value in a cell: mappings are cut. */
const LONG = 60;

/** Whether the scenario is what is deployed and measured. */
export function answerWords({ settings, figures, isSame }: DriftResult): string {
  const compared = list([
    ...(settings === null ? [] : [plural(settings.compared, 'setting')]),
    ...(figures === null ? [] : [plural(figures.compared, 'figure')]),
  ]);
  const open = figures?.undecided.length ?? 0;
  if (isSame)
    return `No drift${open === 0 ? '' : ' found'}: ${compared} compared${open === 0 ? '' : `, ${formatCount(open)} of them undecided`}.`;
  const parts = [
    ...(settings === null || settings.drifted.length === 0
      ? []
      : [`${plural(settings.drifted.length, 'setting')} of ${formatCount(settings.compared)}`]),
    ...(figures === null || figures.drifted.length === 0
      ? []
      : [
          `${plural(figures.drifted.length, 'measured figure')} of ${formatCount(figures.compared)}`,
        ]),
  ];
  return `The scenario has drifted: ${list(parts)}.`;
}

/** Heads and rows of the settings that differ. */
export function settingRows(settings: readonly DriftedSetting[]): readonly (readonly string[])[] {
  return [
    ['setting', 'scenario', 'manifests', 'where'],
    ...settings.map(({ path, scenario, manifest, at, from }) => [
      path,
      short(scenario),
      short(manifest),
      list([at, from].filter((one) => one !== null)),
    ]),
  ];
}

/** Heads and rows of the figures that differ. */
export function figureRows(figures: readonly DriftedFigure[]): readonly (readonly string[])[] {
  return [
    ['figure', 'measured', 'allowed', 'predicted', 'error', 'n'],
    ...figures.map(({ subject, figure, measured, allowed, predicted, error, n }) => [
      `${subject} ${figure}`,
      formatValue(measured, UNITS[figure]),
      `${formatValue(allowed[0], UNITS[figure])} to ${formatValue(allowed[1], UNITS[figure])}`,
      formatValue(predicted, UNITS[figure]),
      errorText(figure, error),
      formatCount(n),
    ]),
  ];
}

/** What else a reader has to know. */
export function noteWords({ figures, unread, ignored }: DriftResult): readonly string[] {
  const [worst, ...undecided] = [...(figures?.undecided ?? [])].sort(
    (a, b) => Math.abs(b.error!) - Math.abs(a.error!),
  );
  return [
    ...leftOutNotes(unread, figures?.leftOut ?? []),
    ...(ignored === 0 ? [] : [`${plural(ignored, 'difference')} left out by --ignore.`]),
    ...(worst === undefined
      ? []
      : [
          `Undecided, off by more than ${formatShare(figures!.tolerance)} and within the noise of the traces: ` +
            `${openText(worst)}${undecided.length === 0 ? '' : `, and ${plural(undecided.length, 'other')}`}. More traces decide.`,
        ]),
    ...unknownNotes(figures?.unknown ?? []),
  ];
}

/** `shop.buy p95, 108 ms for 67.9 ms (allowed 30 ms to 150 ms, n = 60)`. */
function openText({ subject, figure, measured, predicted, allowed, n }: DriftedFigure): string {
  const [own, real, low, high] = [predicted, measured, ...allowed].map((value) =>
    formatValue(value, UNITS[figure]),
  );
  return `${subject} ${figure}, ${own} for ${real} (allowed ${low} to ${high}, n = ${formatCount(n)})`;
}

function short(value: string | null): string {
  if (value === null) return '–';
  return value.length > LONG ? `${value.slice(0, LONG - 1)}…` : value;
}
