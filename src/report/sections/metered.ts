import {
  axisOf,
  axisText,
  drawnVariants,
  gridOf,
  isDrawn,
  meterChart,
  meterLines,
  meterReadings,
  meterScaleOf,
  sharedLines,
  spikeOf,
  worstOf,
} from '../charts/meters.js';
import { flowChart } from '../charts/flow.js';
import { spreadChart, spreadReadings, spreadsOf, withoutSpread } from '../charts/spread.js';
import { inline } from '../drawing/draw.js';
import { countIn } from '../families/family-parts.js';
import { familyFinding } from '../words/family-findings.js';
import type { FamilyId } from '../families/families.js';
import type { Family, FamilyColumn } from '../families/family.js';
import type { Fold } from '../view/fold.js';
import { formatCount, formatPlusMinus, formatValue } from '../../text/figures.js';
import { listed } from '../base/format.js';
import { markup, type Markup, type Part } from '../base/html-escape.js';
import type { MeteredResult } from '../../contracts/result/meters.js';
import { sectionInterval } from '../../stats/interval.js';
import { meteredOf, subjectsOf } from '../families/unseen.js';
import { faultMarks, type View } from '../view/view.js';
import { brokenSagas } from './broken-sagas.js';
import { caption, dataTable, picture, scrolled, section, variantKey } from './parts.js';
import { curveBox, gutterLabel, pinned, timeAxis, timeBox } from '../charts/time-box.js';

/** Most subjects with pictures; the others appear only in the table. */
const DRAWN_MAX = 6;
/** A subject whose figure is below this share of the largest one is not worth a picture. */
const SMALL = 0.01;

/** The section of a family of metered subjects: their panels, with all variants in one picture, and a table. */
export function meteredSection(
  { all, drawn: view }: Fold,
  family: Family<FamilyId>,
): Markup | null {
  const subjects = subjectsOf(view, family);
  if (subjects.length === 0) return null;
  const drawn = drawnOf(view, family, subjects);
  const isEmpty = subjects.every((subject) =>
    view.result.variants.every((variant) => {
      const own = meteredOf(variant, subject);
      return own === null || family.columns.every((column) => !column.value(own));
    }),
  );
  if (drawn.length === 0 && isEmpty) return null;
  const left = subjects.length - drawn.length;
  const rest =
    left > 0 && drawn.length > 0
      ? ` ${formatCount(left)} more ${left === 1 ? 'is' : 'are'} only in the table.`
      : '';
  const several = view.result.replications > 1;
  const bands = several && drawn.length > 0 && family.panels.some(({ band }) => band !== undefined);
  const means =
    several && drawn.length > 0
      ? ` Lines are means of ${formatCount(view.result.replications)} replications${bands ? ', bands reach from the lowest to the highest' : ''}.`
      : '';
  const marks = drawn.length > 0 ? faultMarks(view).words : '';
  const { title, more } = familyFinding(all, family, subjects);
  const body = [
    more !== '' && markup`<p class="meta">${more}</p>`,
    flows(view, family, subjects),
    legend(view, family, drawn),
    drawn.length > 0 &&
      markup`<div class="sm meters c${abreast(drawn.length)}">
        ${drawn.map((subject) => figure(view, family, subject, drawn.length > 2))}
      </div>`,
    caption(`${marks}${family.caption}${means}${rest}`),
    spread(view, family, drawn),
    table(view, family, subjects, drawn.length > 0),
    brokenSagas(view, subjects),
  ];
  return section(family.id, family.name, title, body);
}

/** Number of pictures in a row: at most three, and no single fourth one below. */
function abreast(pictures: number): number {
  return pictures === 4 ? 2 : Math.min(3, pictures);
}

/** The flows of a family, a column for each variant. */
function flows(view: View, family: Family, subjects: readonly string[]): Markup | null {
  const { flow } = family;
  if (flow === undefined) return null;
  const { variants } = view.result;
  const columns = variants.map((variant, v) => {
    const drawn = subjects.flatMap((subject, s) => {
      const own = meteredOf(variant, subject);
      if (own === null || countIn(own, flow.begun) === 0) return [];
      const title = `${subject}: how they end, ${variant.name}`;
      const id = `fl-${family.id}-${v}-${s}`;
      const drawing = flowChart(own, flow.begun, flow.ends, title);
      return [
        markup`${subjects.length > 1 && markup`<div class="pl">${subject}</div>`}
          <div class="flow">${inline(drawing, id)}</div>`,
      ];
    });
    if (drawn.length === 0) return null;
    return markup`<div>
      ${variants.length > 1 && markup`<h3>${variantKey(view, variant)}</h3>`} ${drawn}
    </div>`;
  });
  const shown = columns.filter((column) => column !== null);
  return markup`<div class="sm flows c${abreast(shown.length)}">${shown}</div>`;
}

/** The legend of the lines; omitted if there is only one. */
function legend(view: View, family: Family, drawn: readonly string[]): Markup | null {
  const shown = drawnVariants(view, family, drawn);
  if (view.result.variants.length < 2 || shown.length === 0) return null;
  return markup`<ul class="legend">
    ${shown.map((variant) => markup`<li>${variantKey(view, variant)}</li>`)}
  </ul>`;
}

function figure(view: View, family: Family, subject: string, narrow: boolean): Markup {
  const index = subjectsOf(view, family).indexOf(subject);
  const panels = family.panels.flatMap((panel, i) => {
    if (!isDrawn(view, subject, panel)) return [];
    const id = `mt-${family.id}-${index}-${i}`;
    const scale = axisOf(view, subject, panel);
    const y = meterScaleOf(scale);
    const lines = meterLines(view, subject, panel);
    const shared = view.result.variants.length > 1 ? sharedLines(lines) : '';
    const spike = spikeOf(lines, scale);
    const at = spike === null ? 0 : (spike.step + 0.5) * view.result.run.step;
    return [
      markup`<div class="pl">${panel.words}${scale.floor !== null && ', log'}${shared !== '' && markup` <span class="of">${shared}</span>`}</div>
        <div class="fc tall gut">
          ${timeBox([inline(meterChart(view, subject, panel, scale, lines), id), spike !== null && pinned(at, at / view.result.run.duration, 12, `↑ ${axisText(spike.value, panel, scale)}`)], meterReadings(view, panel, lines))}
          ${gridOf(scale).map((value) => gutterLabel(y(value), axisText(value, panel, scale)))}
        </div>`,
    ];
  });
  return markup`<div>
    <h3>${subject}</h3>
    ${panels}${timeAxis(view, narrow)}
  </div>`;
}

/** The distribution of a family's durations, for the subjects that are drawn. */
function spread(view: View, family: Family, drawn: readonly string[]): Markup | null {
  const of = family.spread;
  if (of === undefined) return null;
  const figures = drawn.slice(0, 2).flatMap((subject, i) => {
    const id = `sd-${family.id}-${i}`;
    const wide = spreadChart(view, subject, of, 474);
    const narrow = spreadChart(view, subject, of, 358);
    const read = spreadReadings(view, spreadsOf(view, subject, of.meter));
    if (wide === null || narrow === null || read === null) return [];
    const { domain, indexes } = read;
    return [
      markup`<figure>
        <h3>${subject} <span class="of">${of.words}</span></h3>
        ${picture(id, wide, narrow, (svg, drawing) => curveBox(svg, drawing, domain, indexes))}
      </figure>`,
    ];
  });
  if (figures.length === 0) return null;
  return markup`<div class="two">${figures}</div>
    ${caption(`${of.caption}${withoutSpread(view, drawn.slice(0, 2), of)}`)}`;
}

/** With more rows a table below pictures is collapsed. */
const OPEN_ROWS = 5;

function table(
  view: View,
  family: Family,
  subjects: readonly string[],
  hasPictures: boolean,
): Markup | null {
  const { variants } = view.result;
  const rows = subjects.flatMap((subject) =>
    variants.flatMap((variant) => {
      const own = meteredOf(variant, subject);
      // A variant that does not use the subject has no row.
      if (own === null || family.columns.every((column) => !column.value(own))) return [];
      const whose = variants.length > 1 && markup`<small>${variant.name}</small>`;
      return [{ name: markup`${breakable(subject)} ${whose}`, own }];
    }),
  );
  // A figure that no row has gets no column, and one that is 0 everywhere is mentioned in words.
  const known = family.columns.filter((column) =>
    rows.some(({ own }) => column.value(own) !== null),
  );
  const columns = known.filter((column) => rows.some(({ own }) => column.value(own)));
  const zero = known.filter((one) => !columns.includes(one) && one.unit !== 'seconds');
  const none =
    zero.length > 0
      ? caption(`0 throughout: ${listed(zero.map(({ head }) => head.toLowerCase()))}.`)
      : null;
  const means = view.result.replications > 1 ? ', counts are means of a run' : '';
  const own = {
    caption: `${family.name}: whole run${means}`,
    head: ['', ...columns.map((column) => column.head)],
    rows: rows.map(({ name, own: figures }) => [
      name,
      ...columns.map((column) => cell(column, figures)),
    ]),
  };
  if (rows.length === 0) return none;
  if (rows.length > OPEN_ROWS && hasPictures) return markup`${dataTable(own)}${none}`;
  return markup`${scrolled(own, family.name, 'scroll after')}
    ${none}`;
}

/** A name that may wrap after its dots and arrows. */
function breakable(subject: string): Part {
  return subject.split(/(?<=\.|->)/u).map((part) => markup`${part}<wbr />`);
}

/** A value, and below it half of its 95 % interval, if it has one. */
function cell(column: FamilyColumn, own: MeteredResult): Part {
  const value = column.value(own);
  if (value === null) return '–';
  if (value === 0 && column.zero !== undefined) return column.zero;
  const text = formatValue(value, column.unit);
  const interval =
    column.interval !== undefined
      ? column.interval(own)
      : column.largest === true
        ? null
        : overRuns(value, column.each?.(own) ?? []);
  const half = interval === null ? '' : formatPlusMinus(value, interval, column.unit);
  return half === '' ? text : markup`${text}<small>${half}</small>`;
}

/** The interval of a figure of all runs from that of each one; null where fewer than two have it. */
function overRuns(
  value: number,
  each: readonly (number | null)[],
): readonly [number, number] | null {
  const known = each.filter((one) => one !== null);
  const found = sectionInterval(value, known);
  return found === null ? null : [found.low, found.high];
}

/** The subjects that get pictures, in the order of their names. */
function drawnOf(view: View, family: Family, subjects: readonly string[]): readonly string[] {
  const rank = new Map(
    subjects.map((subject) => [
      subject,
      view.result.variants.reduce((top, v) => Math.max(top, worstOf(v, subject, family.worst)), 0),
    ]),
  );
  const most = Math.max(...rank.values());
  const kept = [...subjects]
    .filter((subject) => rank.get(subject)! >= Math.max(family.minimum ?? 1, most * SMALL))
    .filter((subject) => family.panels.some((panel) => isDrawn(view, subject, panel)))
    .sort((a, b) => rank.get(b)! - rank.get(a)!)
    .slice(0, DRAWN_MAX);
  return subjects.filter((subject) => kept.includes(subject));
}
