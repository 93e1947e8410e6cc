import type { AlertResult } from '../../contracts/result/alerts.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { formatNumber } from '../../text/figures.js';
import { alertsText, waitText } from '../words/alerts.js';
import { markup, type Markup } from '../base/html-escape.js';
import type { View } from '../view/view.js';
import { caption, insideSection, scrolled, type Table } from './parts.js';

/** What the monitoring would have said; null without alerts. */
export function alertsSection(view: View): Markup | null {
  if (view.result.variants.every(({ alerts }) => alerts === undefined)) return null;
  return insideSection(view, 'alerts', 'Alerts', (variant) => {
    const words = alertsText(variant);
    if (words === null) return null;
    return {
      title: titleOf(variant),
      body: markup`<p>${words}</p>${scrolled(tableOf(variant), `Rules of alerts, ${variant.name}`)}${caption('Evaluated as Prometheus does, over the series that the run exports.')}`,
    };
  });
}

function titleOf({ alerts }: VariantResult): string {
  const [first] = alerts!.rules;
  const wait = first?.after.value ?? null;
  return first === undefined || wait === null
    ? 'No alert fires'
    : `${first.name} fires first, after ${waitText(wait)}`;
}

/** The alerts of a variant, the first one first. */
export function alertRows({ alerts }: VariantResult): readonly (readonly string[])[] {
  return (alerts?.rules ?? []).map((rule) => [
    rule.severity === null ? rule.name : `${rule.name} (${rule.severity})`,
    firesText(rule),
    rule.heldAfter === null ? 'never' : waitText(rule.heldAfter),
    waitText(rule.firesFor),
    formatNumber(rule.falseAlarms),
    rule.words,
  ]);
}

/** Heads of these rows. */
export const ALERT_HEADS = [
  'Alert',
  'Fires after',
  'Holds after',
  'Fires for',
  'False alarms',
  'Rule',
] as const;

function firesText({ after, noSeries, error }: AlertResult): string {
  if (error !== undefined) return 'cannot be evaluated';
  if (noSeries === true) return 'no series';
  if (after.value === null) return 'never';
  const runs = after.each.length;
  return after.never === 0
    ? waitText(after.value)
    : `${waitText(after.value)}, in ${runs - after.never} of ${runs} runs`;
}

function tableOf(variant: VariantResult): Table {
  return { caption: 'Alerts, the first one first', head: ALERT_HEADS, rows: alertRows(variant) };
}
