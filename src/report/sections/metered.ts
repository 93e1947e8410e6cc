import {
  axisText,
  meterChart,
  meterScaleOf,
  subjectsOf,
  topOf,
  worstOf,
} from '../charts/meters.js';
import { countIn, flowChart } from '../charts/flow.js';
import { inline } from '../draw.js';
import type { BrokenSaga } from '../../spec/result-meters.js';
import type { Family } from '../families.js';
import { formatCount, formatValue } from '../format.js';
import { markup, type Markup } from '../html-escape.js';
import { shades, type View } from '../view.js';
import { caption, dataTable, plainTable, section, variantKey } from './parts.js';
import { axis, gutterLabel } from './timeline.js';

/** Subjects that get pictures; the others stand in the table. */
const DRAWN_MAX = 12;

/** What is shown of a family of metered things: their panels, all variants in one picture, and a table. */
export function meteredSection(view: View, family: Family): Markup | null {
  const subjects = subjectsOf(view, family);
  if (subjects.length === 0) return null;
  const { variants } = view.result;
  const drawn = drawnOf(view, family, subjects);
  const figures = drawn.map((subject) => figure(view, family, subject));
  const keys =
    variants.length > 1 &&
    markup`<ul class="legend">
      ${variants.map((variant) => markup`<li>${variantKey(view, variant)}</li>`)}
    </ul>`;
  const shaded = shades(view).length === 0 ? '' : `Shaded: ${view.headline!.words}. `;
  const left = subjects.length - drawn.length;
  const rest = left > 0 ? ` ${formatCount(left)} more stand in the table alone.` : '';
  return section(family.id, family.name, titleOf(view, family, subjects), [
    flows(view, family, drawn),
    keys,
    markup`<div class="sm c${Math.min(3, Math.max(1, drawn.length))}">${figures}</div>`,
    caption(`${shaded}${family.caption}${rest}`),
    table(view, family, subjects),
    brokenList(view, subjects),
  ]);
}

/** The flows of a family, a column for each variant. */
function flows(view: View, family: Family, subjects: readonly string[]): Markup | null {
  const { flow } = family;
  if (flow === undefined) return null;
  const { variants } = view.result;
  const columns = variants.map((variant, v) => {
    const drawn = subjects.flatMap((subject, s) => {
      if (!Object.hasOwn(variant.metered, subject)) return [];
      if (countIn(variant.metered[subject]!, flow.begun) === 0) return [];
      const title = `${subject}: how they end, ${variant.name}`;
      const id = `fl-${family.id}-${v}-${s}`;
      const drawing = flowChart(variant.metered[subject]!, flow.begun, flow.ends, title);
      return [
        markup`${subjects.length > 1 && markup`<div class="pl">${subject}</div>`}
          <div class="flow">${inline(drawing, id)}</div>`,
      ];
    });
    return markup`<div>
      ${variants.length > 1 && markup`<h3>${variantKey(view, variant)}</h3>`} ${drawn}
    </div>`;
  });
  return markup`<div class="sm c${Math.min(3, variants.length)}">${columns}</div>`;
}

function figure(view: View, family: Family, subject: string): Markup {
  const panels = family.panels.map((panel, i) => {
    const id = `mt-${family.id}-${subjectsOf(view, family).indexOf(subject)}-${i}`;
    const top = topOf(view, subject, panel);
    const y = meterScaleOf(top);
    return markup`<div class="pl">${panel.words}</div>
      <div class="fc tall gut">
        <div class="in">${inline(meterChart(view, subject, panel, top, id), id)}</div>
        ${[top, 0].map((at) => gutterLabel(y(at), axisText(at, panel)))}
      </div>`;
  });
  return markup`<div>
    <h3>${subject}</h3>
    ${panels}${axis(view)}
  </div>`;
}

/** Rows beyond which a table is folded away. */
const OPEN_ROWS = 9;

function table(view: View, family: Family, subjects: readonly string[]): Markup {
  const { variants } = view.result;
  const all = variants.flatMap(({ metered }) =>
    subjects.flatMap((subject) => (Object.hasOwn(metered, subject) ? [metered[subject]!] : [])),
  );
  const columns = family.columns.filter(
    ({ rare, value }) => rare !== true || all.some((own) => value(own) !== null),
  );
  const rows = subjects.flatMap((subject) =>
    variants.flatMap((variant) => {
      if (!Object.hasOwn(variant.metered, subject)) return [];
      const own = variant.metered[subject]!;
      const values = columns.map((column) => column.value(own));
      // Where a variant makes no use of it, there is nothing to tell.
      if (values.every((value) => value === null || value === 0)) return [];
      const name = variants.length > 1 ? `${subject}, ${variant.name}` : subject;
      const cells = values.map((value, k) =>
        value === null ? '–' : formatValue(value, columns[k]!.unit),
      );
      return [[name, ...cells]];
    }),
  );
  const head = ['', ...columns.map((column) => column.head)];
  const own = { caption: `${family.name}: whole run, counts are means of a run`, head, rows };
  if (rows.length > OPEN_ROWS) return dataTable(own);
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${family.name}">
    ${plainTable(own)}
  </div>`;
}

/** One saga for each rule that was broken, as it stood in the end. */
function brokenList(view: View, subjects: readonly string[]): Markup | false {
  const { variants } = view.result;
  const lines = subjects.flatMap((subject) =>
    variants.flatMap((variant) => {
      const own = Object.hasOwn(variant.metered, subject) ? variant.metered[subject]! : null;
      return (own?.broken ?? []).map((one) => {
        const where = variants.length > 1 ? ` in ${variant.name}` : '';
        return `${subject}${where}: ${brokenText(one)}`;
      });
    }),
  );
  if (lines.length === 0) return false;
  return markup`<ul>
    ${lines.map((line) => markup`<li>${line}</li>`)}
  </ul>`;
}

function brokenText({ rule, replication, start, end, effects }: BrokenSaga): string {
  const steps = Object.entries(effects).map(([step, [done, undone]]) =>
    undone === 0 ? `${step} ${done}` : `${step} ${done}, undone ${undone}`,
  );
  const span = `${formatValue(start, 'seconds')} to ${formatValue(end, 'seconds')}`;
  return `${rule ?? 'effects do not balance'}, such as from ${span} in run ${replication + 1}: ${steps.join('; ')}`;
}

/** Whose worst figure is the largest, in which variant. */
function titleOf(view: View, family: Family, subjects: readonly string[]): string {
  let worst = { value: 0, subject: '', variant: '' };
  for (const subject of subjects) {
    for (const variant of view.result.variants) {
      const value = worstOf(variant, subject, family.worst);
      if (value > worst.value) worst = { value, subject, variant: variant.name };
    }
  }
  if (worst.value === 0) return family.quiet;
  const { unit } = family.worst;
  const text = unit === 'number' ? formatCount(worst.value) : formatValue(worst.value, unit);
  return family.headline(
    worst.subject,
    view.result.variants.length > 1 ? worst.variant : null,
    text,
  );
}

/** The subjects that get pictures, in the order of their names. */
function drawnOf(view: View, family: Family, subjects: readonly string[]): readonly string[] {
  const rank = new Map(
    subjects.map((subject) => [
      subject,
      view.result.variants.reduce((top, v) => Math.max(top, worstOf(v, subject, family.worst)), 0),
    ]),
  );
  const kept = [...subjects].sort((a, b) => rank.get(b)! - rank.get(a)!).slice(0, DRAWN_MAX);
  return subjects.filter((subject) => kept.includes(subject));
}
