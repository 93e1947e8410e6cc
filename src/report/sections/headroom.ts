import type { ComponentHeadroom, Headroom } from '../../contracts/result/headroom.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { formatNumber, formatRate, formatShare, formatSpan } from '../../text/figures.js';
import { capitalised, list } from '../../text/words.js';
import { boxes, label, textWidth, type Area, type Drawing } from '../drawing/draw.js';
import {
  amountWords,
  besideTitle,
  factorWords,
  healthyWords,
  isFar,
  otherLimits,
  shareUsed,
  stuckWords,
  useWords,
} from '../words/headroom.js';
import { markup, shorten, type Markup } from '../base/html-escape.js';
import { rowsBox } from '../charts/time-box.js';
import { lookOf, type View } from '../view/view.js';
import { caption, dataTable, insideSection, picture, type Table } from './parts.js';

/** Components with bars; the table has all. */
const BARS = 8;
/** Components without a limit that are named. */
const NAMED = 6;

/** The load at which each component saturates, tightest first; null where no component has a limit. */
export function headroomSection(view: View): Markup | null {
  const all = view.result.variants;
  if (!all.some(({ headroom }) => (headroom?.components.length ?? 0) > 0)) return null;
  return insideSection(view, 'headroom', 'Headroom', (variant) => {
    const { headroom } = variant;
    const [first] = headroom?.components ?? [];
    if (headroom === undefined || first === undefined) return null;
    return { title: titleOf(first), body: bodyOf(view, variant, headroom) };
  });
}

/** `payments saturates first, at 3.2x this load`. */
function titleOf(first: ComponentHeadroom): string {
  const { component, factor } = first;
  if (isFar(first)) return 'no component is near a limit';
  return factor <= 1
    ? `${component} is saturated`
    : `${component} saturates first, at ${formatNumber(factor)}x this load`;
}

function bodyOf(view: View, { name, faults }: VariantResult, headroom: Headroom): Markup {
  const { components, unlimited } = headroom;
  const id = `headroom-${lookOf(view, name).className}`;
  const rest =
    unlimited.length === 0
      ? ''
      : ` No limit: ${list(unlimited.slice(0, NAMED))}${unlimited.length > NAMED ? ` and ${unlimited.length - NAMED} more` : ''}.`;
  const others = otherLimits(headroom).map((words) => ` ${capitalised(words)}.`);
  const words = besideTitle(headroom, faults);
  return markup`${words !== '' && markup`<p>${words}.</p>`}${components.length > 0 && markup`<figure>${picture(id, chart(name, components, 984), chart(name, components, 358), (svg, drawing) => rowsBox(svg, drawing, { top: 3, row: 23, count: Math.min(BARS, components.length) }))}</figure>`}
    ${caption(
      `Share of the tightest resource in use ${healthyWords(headroom, faults.length)}, and the load at which all of it is in use if the time per request stays the same. Requests that wait for another component are not in use.${rest}${others.join('')}`,
    )}
    ${components.length > 0 && dataTable(tableOf(components))}
    ${headroom.faults.length > 0 && dataTable(faultTable(headroom, faults), 'While each fault is active')}`;
}

/** The tightest component while each fault is active, below the calm one. */
function faultTable({ components: [calm], faults: under }: Headroom, faults: Faults): Table {
  const rows = under.map(({ fault, from, until, stuckOn, components: [first] }) => ({
    when: `${faults.find(({ id }) => id === fault)?.words ?? fault}, ${formatSpan(from, until)}`,
    first,
    stuckOn,
  }));
  return {
    caption: 'Headroom while each fault is active',
    head: ['While', 'Component', 'Resource', 'In use', 'Times this load'],
    rows: [{ when: 'no fault', first: calm, stuckOn: undefined }, ...rows].flatMap((row) => {
      const { when, first } = row;
      if (first === undefined) return [];
      const factor =
        row.stuckOn === undefined
          ? factorWords(first)
          : `none: ${stuckWords(first.component, row.stuckOn)}`;
      return [[when, first.component, resourceOf(first), useOf(first), factor]];
    }),
  };
}

type Faults = VariantResult['faults'];

function useOf(one: ComponentHeadroom): string {
  return `${amountWords(one, one.used)} of ${amountWords(one, one.limit)} (${formatShare(shareUsed(one))})`;
}

function chart(name: string, components: readonly ComponentHeadroom[], width: number): Drawing {
  const rows = components.slice(0, BARS);
  const ends = rows.map((one) => endOf(one, width < 400));
  const tight = rows.map((one) => one.factor < TIGHT);
  const left = 12 + Math.max(...rows.map((one) => textWidth(shorten(one.component, 18), 12)));
  const right = 12 + Math.max(...ends.map((text, i) => textWidth(text, tight[i] ? BOLD : 12)));
  const length = Math.max(40, width - left - right);
  const bar = (i: number, share: number): Area => {
    return { x: left, y: 9 + i * 23, width: Math.max(1, share * length), height: 10 };
  };
  const usedOf = (isTight: boolean): Area[] =>
    rows.flatMap((one, i) => (tight[i] === isTight ? [bar(i, Math.min(1, shareUsed(one)))] : []));
  const words = rows.map((one, i) => {
    const end = { anchor: 'end', fill: tight[i] ? 'var(--bad)' : 'var(--ink2)' } as const;
    return markup`${label(0, 18 + i * 23, shorten(one.component, 18), { fill: 'var(--ink)' })}${label(width, 18 + i * 23, ends[i], { ...end, weight: tight[i] ? 600 : undefined })}`;
  });
  return {
    width,
    height: 10 + rows.length * 23,
    title: `Use of the tightest resource of each component, ${name}`,
    description: rows.map((one) => `${one.component} ${useWords(one)}`).join(', '),
    body: [
      boxes(
        rows.map((_, i) => bar(i, 1)),
        'var(--ok-soft)',
      ),
      boxes(usedOf(false), 'var(--ok)'),
      boxes(usedOf(true), 'var(--bad)'),
      words,
    ],
  };
}

/** Bold letters are as wide as plain ones of this size. */
const BOLD = 13.2;

/** Below this multiple of the load a component is shown as tight. */
const TIGHT = 1.3;

function endOf(one: ComponentHeadroom, isNarrow: boolean): string {
  const factor = one.factor <= 1 ? 'saturated' : `full at ${factorWords(one)}x`;
  return isNarrow ? factor : `${useWords(one)}, ${factor}`;
}

function tableOf(components: readonly ComponentHeadroom[]): Table {
  return {
    caption: 'Headroom by component, the tightest first',
    head: ['Component', 'Resource', 'In use', 'Load', 'Saturates at', 'Times this load'],
    rows: components.map((one) => [
      one.component,
      resourceOf(one),
      useOf(one),
      formatRate(one.rate),
      formatRate(one.saturatesAt),
      factorWords(one),
    ]),
  };
}

function resourceOf({ resource, by, of, direction, replicas }: ComponentHeadroom): string {
  const name = by ?? resource;
  const what =
    of === null ? name : `${name}${direction === undefined ? ',' : ` ${direction}`} ${of}`;
  return replicas === undefined ? what : `${what}, at ${formatNumber(replicas)} replicas`;
}
