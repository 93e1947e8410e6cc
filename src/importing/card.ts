import { parse } from 'yaml';
import type { Agreement, DriftedFigure } from '../contracts/result/drift.js';
import { formatCount, formatValue } from '../text/figures.js';
import { byCodeUnit } from '../text/order.js';
import { shellWord } from '../text/shell.js';
import { list, plural, verb } from '../text/words.js';
import { deploymentLine } from './deployments.js';
import type { Imported, Listed } from './import.js';
import { allowedName } from './names.js';
import type { Merged } from './traces/proxies.js';

/** Reasons, guesses and names that a card shows in full. */
const LINES_MAX = 8;
/** Services that a line names. */
const NAMES_MAX = 6;

/** What a card says besides what was imported. */
export interface CardInputs {
  /** The files with traces. */
  readonly traced: readonly string[];
  /** What a run of the scenario predicts of what the traces measure; null = there was none. */
  readonly beside: readonly DriftedFigure[] | null;
}

/** What was read, what has no counterpart, what is guessed, what a run predicts, and what to ask. */
export function cardLines(
  imported: Imported,
  out: string,
  { traced, beside }: CardInputs = { traced: [], beside: null },
): readonly string[] {
  const { account, documents, components, leftOut, renamed, joined } = imported;
  const { deployments, guesses, questions, traces, metrics } = imported;
  const { values, placed, listed } = account;
  return [
    ...deployments.map(deploymentLine),
    `${out}: ${plural(components, 'component')}${documents === 0 ? '' : ` from ${plural(documents, 'document')}`}`,
    ...(traces === null
      ? []
      : [`${plural(traces.spans, 'span')} of ${plural(traces.traces, 'trace')}`]),
    ...(traces?.proxies ?? []).map(proxyLine),
    ...(metrics === null ? [] : [metrics.head]),
    ...(values === 0
      ? []
      : [
          `${plural(values, 'value')}: ${placed} in the scenario, ${listed.length} without a counterpart`,
        ]),
    ...block('Files left out: the scenario has nothing of them', leftOut),
    ...block('Without a counterpart', reasonLines(listed)),
    ...block(
      'Other names',
      [...renamed].map(([before, after]) => `${before} is ${after}`),
    ),
    ...block(
      'Assumed',
      [...joined].map(
        ([traced, name]) =>
          `${traced} of the traces is the gateway ${name}, which leads to the same services; if not, add --map ${traced}=${allowedName(traced)}`,
      ),
    ),
    ...block(
      'Not known from the traces',
      (traces?.unknown ?? []).map(({ path, reason }) => `${path}: ${reason}`),
    ),
    ...block(
      'Left out of the traces',
      (traces?.leftOut ?? []).map(({ reason, count }) => `${count} ${reason}`),
    ),
    ...block('Measured in the metrics', metrics?.lines ?? []),
    ...block(
      'Left out of the metrics',
      (metrics?.leftOut ?? []).map(({ reason, count }) => `${count} ${reason}`),
    ),
    ...block(
      `Guesses (${guesses.length}), marked "# guess" in the file`,
      guesses.map(({ path, value }) => `${path}: ${value}`),
    ),
    ...besideLines(beside ?? [], imported.scenario),
    ...block('Questions that would help most', questions),
    ...nextLines(out, traced),
  ];
}

function nextLines(out: string, traced: readonly string[]): readonly string[] {
  const run = `Next: faultline run ${shellWord(out)}`;
  if (traced.length === 0 || out === '-') return ['', run];
  const files = [out, ...traced].map(shellWord).join(' ');
  return ['', run, `All figures, predicted beside measured: faultline drift ${files}`];
}

/** `1,200 spans of proxies (component=proxy) are part of order and payment: time in a proxy is network`. */
function proxyLine({ tag, services, spans }: Merged): string {
  const names = services.length <= NAMES_MAX ? list(services) : plural(services.length, 'service');
  return `${plural(spans, 'span')} of proxies (${tag}) are part of ${names}: their time is network`;
}

/**
 * Latency of each endpoint and call, and its other figures that do not agree: those with a difference first, then those with the most
 * observations.
 */
function besideLines(all: readonly DriftedFigure[], scenario: string): readonly string[] {
  if (all.length === 0) return [];
  const batches = batchesIn(scenario);
  const bySubject = new Map<string, DriftedFigure[]>();
  for (const figure of all)
    bySubject.set(figure.subject, [...(bySubject.get(figure.subject) ?? []), figure]);
  const count = (figures: readonly DriftedFigure[], wanted: Agreement): number =>
    figures.filter(({ agreement }) => agreement === wanted).length;
  const rows = [...bySubject].map(([subject, figures]) => ({
    subject,
    figures,
    off: count(figures, 'differs'),
    open: count(figures, 'undecided'),
    n: figures[0]!.n,
  }));
  rows.sort(
    (a, b) => b.off - a.off || b.open - a.open || b.n - a.n || byCodeUnit(a.subject, b.subject),
  );
  const [off, open] = [count(all, 'differs'), count(all, 'undecided')];
  const agree = `${count(all, 'agrees')} of ${plural(all.length, 'figure')} agree within 10 %`;
  return block(
    `Predicted beside measured: ${[
      agree,
      ...(off === 0 ? [] : [`${formatCount(off)} ${verb(off, 'differ')}`]),
      ...(open === 0 ? [] : [`${formatCount(open)} undecided, within the noise of the traces`]),
    ].join(', ')}`,
    rows.map(({ subject, figures, n }) => {
      const told = figures.filter(
        ({ figure, agreement }) => unitOf(figure) === 'seconds' || agreement !== 'agrees',
      );
      const shown = told.map(
        ({ figure, predicted, measured, agreement }) =>
          `${figure} ${formatValue(predicted, unitOf(figure))} for ${formatValue(measured, unitOf(figure))}` +
          (agreement === 'agrees' ? '' : ` (${agreement})`),
      );
      const batch = figures.some(runsMore) ? batches.get(subject) : undefined;
      const why = batch === undefined ? '' : `; ${handedOver(batch)}`;
      return `${subject}: ${shown.join(', ')}; n = ${formatCount(n)}${why}`;
    }),
  );
}

function unitOf(figure: DriftedFigure['figure']): 'seconds' | 'perSecond' | 'share' {
  return figure === 'throughput' ? 'perSecond' : figure === 'failures' ? 'share' : 'seconds';
}

function runsMore({ figure, agreement, predicted, measured }: DriftedFigure): boolean {
  return figure === 'throughput' && agreement === 'differs' && (predicted ?? 0) > measured;
}

/** Why handlers of batches run more often than measured. */
function handedOver(batch: number): string {
  return `a run takes up to ${batch} messages as they come: a wait for more, such as fetch.min.bytes, has no counterpart`;
}

/** The most messages that a run of an endpoint handles, by `service.endpoint`, where it is more than one. */
function batchesIn(scenario: string): ReadonlyMap<string, number> {
  const { topics = {} } = parse(scenario) as {
    readonly topics?: Readonly<Record<string, Topic>>;
  };
  const all = Object.values(topics).flatMap(({ subscribers = [] }) => subscribers);
  return new Map(all.flatMap(({ call, batch = 1 }) => (batch > 1 ? [[call, batch] as const] : [])));
}

interface Topic {
  readonly subscribers?: readonly { readonly call: string; readonly batch?: number }[];
}

function block(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const more = lines.length - LINES_MAX;
  const rest = more > 0 ? [`  and ${more} more; --json writes all`] : [];
  return ['', title, ...lines.slice(0, LINES_MAX).map((line) => `  ${line}`), ...rest];
}

/** One line for each reason, the most frequent one first. */
function reasonLines(listed: readonly Listed[]): readonly string[] {
  const byReason = new Map<string, Listed[]>();
  for (const each of listed) {
    const known = byReason.get(each.reason);
    if (known === undefined) byReason.set(each.reason, [each]);
    else known.push(each);
  }
  return [...byReason]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([reason, all]) => `${plural(all.length, 'value')}: ${reason}`);
}
