import type { CalibrationFigureName } from '../../contracts/result/calibration.js';
import type { DriftedFigure, DriftedSetting, DriftResult } from '../../contracts/result/drift.js';
import { formatCount, formatShare, formatValue, type Unit } from '../../text/figures.js';
import { list, plural } from '../../text/words.js';

/** Longest value in a cell: mappings are cut. */
const LONG = 60;
/** Names that are shown of those that the scenario does not have. */
const NAMED = 5;

const UNITS: Readonly<Record<CalibrationFigureName, Unit>> = {
  p50: 'seconds',
  p95: 'seconds',
  p99: 'seconds',
  throughput: 'perSecond',
  failures: 'share',
};

/** Whether the scenario is what is deployed and measured. */
export function answerWords({ settings, figures, isSame }: DriftResult): string {
  const compared = list([
    ...(settings === null ? [] : [plural(settings.compared, 'setting')]),
    ...(figures === null ? [] : [plural(figures.compared, 'figure')]),
  ]);
  if (isSame) return `No drift: ${compared} compared.`;
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
export function noteWords({ figures, ignored }: DriftResult): readonly string[] {
  const unknown = figures?.unknown ?? [];
  const more = unknown.length - NAMED;
  const rest = more > 0 ? [`${formatCount(more)} others`] : [];
  return [
    ...(ignored === 0 ? [] : [`${plural(ignored, 'difference')} left out by --ignore.`]),
    ...(unknown.length === 0
      ? []
      : [
          `Only in the traces: ${list([...unknown.slice(0, NAMED), ...rest])}. --map NAME=NAME joins two names.`,
        ]),
  ];
}

function errorText(figure: CalibrationFigureName, error: number | null): string {
  if (error === null) return '–';
  const size = formatShare(Math.abs(error));
  return `${error < 0 ? '−' : '+'}${figure === 'failures' ? size.replace(' %', ' points') : size}`;
}

function short(value: string | null): string {
  if (value === null) return '–';
  return value.length > LONG ? `${value.slice(0, LONG - 1)}…` : value;
}
