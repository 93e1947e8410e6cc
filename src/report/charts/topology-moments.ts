import type { HealthState } from '../../contracts/result/cascade.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { formatSeconds } from '../../text/figures.js';
import { cutOffSteps } from '../view/cut-off.js';
import { shades, stepAt, type View } from '../view/view.js';
import { backlogsOf, stateOf } from '../view/waiting.js';

/** An instant with a picture, and its reason. */
export interface Snapshot {
  readonly title: string;
  readonly at: number;
}

/** Before, onset, worst, end; fewer if nothing happens. Each is the start of a step. */
export function snapshotsOf(view: View, variant: VariantResult): Snapshot[] {
  const { step, steps } = variant.timeline;
  const end = view.result.run.duration;
  const [span] = shades(view);
  const last = lastWhole(view, variant) * step;
  const ended = last + step >= end ? 'End' : 'Last complete step';
  if (span === undefined) {
    const worst = worstOf(variant, 0, end);
    if (worst === null) return [{ title: 'Half way through', at: Math.floor(steps / 2) * step }];
    return [
      { title: 'Worst', at: worst },
      { title: ended, at: last },
    ];
  }
  const before = Math.max(0, span.from - Math.max(step * 3, (end - span.from) * 0.03));
  const snapshots: Snapshot[] = [{ title: 'Before', at: stepAt(variant.timeline, before) * step }];
  const onset = onsetOf(variant, span.from, span.until, step);
  snapshots.push({ title: 'Onset', at: onset });
  const worst = worstOf(variant, onset + step, end);
  if (worst !== null) snapshots.push({ title: 'Worst', at: worst });
  snapshots.push({
    title:
      last > span.until ? `${ended}, ${formatSeconds(last - span.until)} after the fault` : ended,
    at: last,
  });
  return snapshots;
}

/** The last step that the end of the run does not cut off for any request of users. */
function lastWhole({ requests }: View, variant: VariantResult): number {
  const cut = requests.map((request) => {
    const series = variant.timeline.series[request];
    return series === undefined ? 0 : cutOffSteps(variant, series);
  });
  return Math.max(0, variant.timeline.steps - 1 - Math.max(0, ...cut));
}

const SEVERITY: Readonly<Record<HealthState, number>> = { ok: 0, degraded: 1, failing: 3, down: 4 };

/** How bad all components of a variant are together, by step. */
function severitiesOf(variant: VariantResult): readonly number[] {
  const behind = backlogsOf(variant).flatMap(({ places }) => places);
  const names = [...new Set([...Object.keys(variant.components), ...behind])];
  const all = new Array<number>(variant.timeline.steps).fill(0);
  for (const name of names)
    for (let step = 0; step < all.length; step++)
      all[step]! += SEVERITY[stateOf(variant, name, step)];
  return all;
}

function onsetOf(variant: VariantResult, from: number, until: number, step: number): number {
  const start = stepAt(variant.timeline, from);
  const stop = stepAt(variant.timeline, until);
  const severities = severitiesOf(variant);
  const before = severities[Math.max(0, start - 1)]!;
  for (let i = start; i <= stop; i++)
    if (severities[i]! > before) return Math.min(i + 1, stop) * step;
  return start * step;
}

function worstOf(variant: VariantResult, from: number, until: number): number | null {
  const { timeline } = variant;
  const last = stepAt(timeline, until);
  let worst = -1;
  let best = 0;
  let run = 0;
  const severities = severitiesOf(variant);
  for (let i = stepAt(timeline, from); i <= last; i++) {
    const severity = severities[i]!;
    if (severity > best) {
      best = severity;
      worst = i;
      run = 1;
    } else if (severity === best && worst + run === i) run++;
  }
  return worst < 0 ? null : (worst + Math.floor(run / 2)) * timeline.step;
}
