import type { AlertResult, AlertsResult, CalmAlerts } from '../../contracts/result/alerts.js';
import type { Counterfactuals } from '../../contracts/result/counterfactual.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { formatCount, formatNumber, formatSeconds, formatShare } from '../../text/figures.js';
import { list, plural } from '../../text/words.js';
import { formatDuration } from '../../contracts/quantities/quantity-text.js';

/** Most silent alerts that a sentence names. */
const NAMED = 4;

/** `45 s`, `2 min 15 s` from two minutes on. */
export function waitText(seconds: number): string {
  if (seconds < 120) return formatSeconds(seconds);
  const whole = Math.round(seconds);
  const rest = whole % 60;
  return `${(whole - rest) / 60} min${rest === 0 ? '' : ` ${rest} s`}`;
}

/** `30 days`, or in hours and less. */
function periodText(seconds: number): string {
  return seconds % DAY === 0 ? plural(seconds / DAY, 'day') : formatDuration(seconds * 1e9);
}

const DAY = 86_400;

/** What fires first, and what after it. */
function firstWords({ rules, faultAt }: AlertsResult): string {
  const firing = rules.filter(({ after }) => after.value !== null);
  const [first, ...others] = firing;
  const from = faultAt === null ? 'after the start' : 'after the fault';
  if (first === undefined)
    return rules.length === 1 ? `${rules[0]!.name} never fires` : 'no alert fires';
  const rest = others.map((rule) => `${rule.name} after ${waitText(rule.after.value!)}`);
  const next = rest.length === 0 ? '' : `, ${list(rest)}`;
  return `${first.name} fires first, ${waitText(first.after.value!)} ${from}${missedWords(first)}${next}`;
}

function missedWords({ after }: AlertResult): string {
  return after.never === 0
    ? ''
    : ` (in ${after.each.length - after.never} of ${after.each.length} runs)`;
}

/** Alerts that never fire, where users are hurt. */
function silentWords({ rules, failed }: AlertsResult): string {
  const silent = rules.filter(({ after }) => after.value === null);
  if (silent.length === 0 || silent.length === rules.length) {
    return silent.length > 0 && failed > 0
      ? `, although ${formatShare(failed)} of requests fail`
      : '';
  }
  const names = silent.slice(0, NAMED).map(({ name }) => name);
  const more = silent.length - names.length;
  const words = list([...names, ...(more > 0 ? [`${more} more`] : [])]);
  const hurt = failed > 0 ? ` although ${formatShare(failed)} of requests fail` : '';
  return `; ${words} ${silent.length === 1 ? 'stays' : 'stay'} silent${hurt}`;
}

/** `Spent 1.8 of the 43.2 minutes that 99.9% leaves in 30d (4.2 %).` */
function budgetWords({ budgets }: AlertsResult): string {
  return budgets
    .map(({ workload, objective, period, minutes, spent }) => {
      const whose = budgets.length > 1 ? ` of ${workload}` : '';
      const promise = `${formatNumber(objective * 100)}%`;
      return ` Error budget${whose}: ${formatNumber(spent)} of the ${formatNumber(minutes)} minutes that ${promise} leaves in ${periodText(period)} (${formatShare(spent / minutes)}).`;
    })
    .join('');
}

/** False alarms of the day without faults. */
function calmWords({ rules }: AlertsResult, calm: CalmAlerts | null, hasFaults: boolean): string {
  const early = rules.filter(({ falseAlarms }) => falseAlarms > 0).map(({ name }) => name);
  const before = early.length === 0 || !hasFaults ? '' : ` Before the fault: ${list(early)}.`;
  if (!hasFaults) return early.length === 0 ? '' : ` Without any fault: ${list(early)}.`;
  if (calm === null) return `${before} Calm day: not run.`;
  if (calm.alarms.length === 0) return `${before} Calm day: no false alarm.`;
  const alarms = calm.alarms.map(({ name, runs }) =>
    calm.runs === 1 ? name : `${name} in ${plural(runs, 'run')} of ${calm.runs}`,
  );
  return `${before} Calm day, false alarms: ${list(alarms)}.`;
}

/** What a minute of the responders is worth: `60 s later, 600 more requests fail`. */
function delayWords({ delays = [] }: Partial<Counterfactuals>, { rules }: AlertsResult): string {
  if (delays.length === 0) return '';
  const said = delays.map(({ later, more }, index) => {
    const when = `${waitText(Math.abs(later))} ${later < 0 ? 'earlier' : 'later'}`;
    const much =
      more === 0 ? 'as many' : `${formatCount(Math.abs(more))} ${more > 0 ? 'more' : 'fewer'}`;
    return `${when} ${much}${index === 0 ? ' requests fail' : ''}`;
  });
  // One run was made with each, beside the first of the usual ones.
  const isFirst = (rules[0]?.after.each.length ?? 1) > 1;
  return ` Responders at another time${isFirst ? ', in run 1' : ''}: ${list(said)}.`;
}

/** The alerts of a variant in a few sentences; null without alerts. */
export function alertsText({
  alerts,
  counterfactuals,
  faults,
}: Pick<VariantResult, 'alerts' | 'counterfactuals' | 'faults'>): string | null {
  if (alerts === undefined) return null;
  const calm = counterfactuals?.calmAlerts ?? null;
  const said = `${firstWords(alerts)}${silentWords(alerts)}.`;
  const broken = alerts.rules.flatMap(({ name, error, noSeries }) => {
    if (error !== undefined) return [` Prometheus cannot evaluate ${error}.`];
    return noSeries === true ? [` ${name} finds no series in this run.`] : [];
  });
  const notes = alerts.notes.map((note) => ` ${note}`).join('');
  return `${said}${broken.join('')}${delayWords(counterfactuals ?? {}, alerts)}${budgetWords(alerts)}${calmWords(alerts, calm, faults.length > 0)}${notes}`;
}
