import { alertsOf, type Alerts } from '../../contracts/scenario/alerts.js';
import { GAUGE_SERIES } from '../../contracts/record/exported.js';
import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import { selectorsOf } from '../../promql/ast.js';
import { parsePromql } from '../../promql/parse.js';
import type { VariantData } from './variant-data.js';

/** What limits the answer: too little history for the windows, and levels that are recorded more coarsely than scraped. */
export function alertNotes(alerts: Alerts, { plan, variant }: VariantData): readonly string[] {
  const { scrapeNs, historyNs } = alerts;
  const rules = alertsOf(alerts);
  const window = Math.max(0, ...rules.map(({ windowNs }) => windowNs));
  const seen = historyNs + (plan.alerts?.calmNs ?? 0);
  const notes: string[] = [];
  if (window > seen) {
    notes.push(
      `A window of ${formatDuration(window)} has only ${formatDuration(seen)} before the first fault, so the alert ` +
        `fires earlier than in production: write history: ${formatDuration(window)}.`,
    );
  }
  const { stepNs } = variant.scenario.run;
  const levels = new Set(Object.values(GAUGE_SERIES).map(([name]) => name));
  const asksLevels = rules.some(({ expr }) =>
    selectorsOf(parsePromql(expr)).some(({ name }) => levels.has(name)),
  );
  if (asksLevels && stepNs > scrapeNs) {
    notes.push(
      `Levels are recorded every ${formatDuration(stepNs)}, more coarsely than they are scraped: write run.timeline: ` +
        `${formatDuration(scrapeNs)}.`,
    );
  }
  return notes;
}
