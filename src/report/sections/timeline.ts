import {
  panelChart,
  panelScale,
  panelsOf,
  phasesOf,
  phaseText,
  type Panel,
} from '../charts/timeline.js';
import { ghostWords } from '../charts/ghost.js';
import { cutOffSteps } from '../cut-off.js';
import { tickText, timeTicks } from '../charts/frame.js';
import { inline } from '../draw.js';
import type { Fold } from '../fold.js';
import { formatSeconds } from '../../text/figures.js';
import { coordinate } from '../format.js';
import { markup, type Markup } from '../html-escape.js';
import { timelineFinding, timelineNote } from '../findings-timeline.js';
import type { VariantResult } from '../../spec/result/result.js';
import { faultMarks, lookOf, viewOfVariant, type View } from '../view.js';
import { caption, dataTable, section, variantKey } from './parts.js';

/** Small multiples: a column per variant, the same panels and scales in each. */
export function timelineSection({ all, drawn: view }: Fold): Markup | null {
  const panels = panelsOf(view);
  if (panels.length === 0) return null;
  const { variants } = view.result;
  const views = variants.map((variant) => viewOfVariant(view, variant));
  const columns = variants.map((variant, v) => {
    const own = views[v]!;
    const drawn = panels.map((panel) =>
      panelMarkup(
        own,
        panel,
        variant,
        `tl-${v}-${panel.key}`,
        panels.indexOf(panel) === panels.length - 1,
        variants.length > 2,
      ),
    );
    return markup`<div class="${lookOf(view, variant.name).className}">
      <h3>${variantKey(view, variant)}</h3>
      <p class="note">${timelineNote(own, variant)}</p>
      ${drawn}
    </div>`;
  });
  const phases = phasesOf(view);
  const head = ['Variant and series', ...phases.map((phase) => phase.name)];
  const rows = variants.flatMap((variant, v) => {
    const own = phasesOf(views[v]!);
    // A variant without the fault shows the time at which the others have it.
    const there = phases.map((phase) => own.find(({ name }) => name === phase.name) ?? phase);
    return panels.map((panel) => [
      `${variant.name}, ${panel.words}`,
      ...there.map((phase) => phaseText(panel, variant, phase)),
    ]);
  });
  const words = `${faultMarks(view).words}Requests count when they arrive; steps of ${formatSeconds(view.result.run.step)}, pooled over replications, band from the lowest to the highest. A gap in p99 means that nothing was answered.${cutWords(views)}${ghostWords(variants)}`;
  // Six are in two rows of three, more in rows of four.
  const count = Math.min(variants.length, 7);
  return section('timeline', 'Timeline', timelineFinding(all), [
    markup`<div class="sm cols c${count}">${columns}</div>`,
    caption(words),
    dataTable({ caption: 'Means by phase', head, rows }),
  ]);
}

/** Whether lines stop before the end of the run, and why. */
function cutWords(views: readonly View[]): string {
  const isCut = views.some(({ only, requests }) =>
    requests.some((request) => {
      const series = only!.timeline.series[request];
      return series !== undefined && cutOffSteps(only!, series) > 0;
    }),
  );
  return isCut
    ? ' Lines stop where the end of the run cuts off requests that are still under way; arrivals go on.'
    : '';
}

/** One panel, with its words in HTML so that they are not stretched. */
function panelMarkup(
  view: View,
  panel: Panel,
  variant: VariantResult,
  id: string,
  last: boolean,
  narrow: boolean,
): Markup {
  const y = panelScale(panel);
  const labels = panel.grid.map((line) => gutterLabel(y(line.at), line.text));
  const short = panel.words.slice(panel.whose.length + 2);
  return markup`<div class="pl"><b>${panel.whose}</b> ${short}</div>
    <div class="fc tall gut">
      <div class="in">${inline(panelChart(view, panel, variant, id), id)}</div>
      ${labels}
    </div>
    ${last && axis(view, narrow)}`;
}

/** Labels of the shared time axis, as text at their positions. */
export function axis(view: View, narrow = false): Markup {
  const end = view.result.run.duration;
  // The last label contains the unit and ends at the edge, so it needs more room than the others.
  const room = end * (narrow ? 0.36 : 0.14);
  const ticks = timeTicks(view, 0, end, narrow ? 0.16 : 0.08).filter(
    (at) => at === end || end - at > room,
  );
  const marks = ticks.map((at, i) => {
    const share = at / end;
    const side =
      share > 0.88
        ? 'right:0'
        : share < 0.04
          ? 'left:0'
          : `left:${coordinate(share * 100)}%;transform:translateX(-50%)`;
    const middle = i > 1 && i < ticks.length - 1 && markup` class="x"`;
    return markup`<span${middle} style="${side};top:4px">${i === ticks.length - 1 ? `${tickText(at)} s` : tickText(at)}</span>`;
  });
  return markup`<div class="fc axis gut" aria-hidden="true"><div class="in">${marks}</div></div>`;
}

/** A label in the margin left of a panel, at a height in per cent. */
export function gutterLabel(percent: number, text: string): Markup {
  return markup`<span class="g" style="top:${coordinate(percent)}%">${text}</span>`;
}
