import { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import { entryText, freeText, named, textMap } from '../fields/common.js';
import { entry } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
import { quantity, share } from '../quantities/quantities.js';
import { QuantityError, showNoNumber } from '../quantities/quantity-text.js';

/** Seconds of a duration in a rule file: `5m`, `1h30m`, `0s`. */
const ruleTime = (): ReturnType<typeof quantity<Ns>> =>
  quantity(
    (input) => {
      const text = input === 0 ? '0s' : typeof input === 'string' ? input : '';
      const pieces = [...text.matchAll(/(\d+)(ms|[smhdwy])/g)];
      if (pieces.length > 0 && pieces.map(([piece]) => piece).join('') === text) {
        return pieces.reduce((sum, [, count, unit]) => sum + Number(count) * RULE_UNITS[unit]!, 0);
      }
      throw new QuantityError(`${showNoNumber(input)} is no duration of Prometheus: write 5m`);
    },
    { anyOf: [{ type: 'string', pattern: '^((\\d+)(ms|[smhdwy]))+$' }, { const: 0 }] },
  );

const RULE_UNITS: Readonly<Record<string, number>> = {
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 86_400e9,
  w: 604_800e9,
  y: 31_536_000e9,
};

const query = z.string().min(1).max(4000);

/** One rule in the words of this language: exactly one of `burnRate`, `when` and `expr`. */
const ruleSchema = entry(
  {
    ...entryText,
    burnRate: field.of(
      z.number().positive().max(1e6),
      absent(),
      'Fires while the error budget burns faster than this, over the long and the short window: with 14.4 the ' +
        'budget of 30 days lasts for 50 hours. The errors are the requests of `of` without a success.',
    ),
    of: field.of(
      z.string().max(200),
      absent('all workloads'),
      'Workload, or one of its requests, whose objective it is. Only with `burnRate`.',
    ),
    objective: field.of(
      share(),
      absent('`alerts.objective`'),
      'Share of successes that is promised. Only with `burnRate`.',
      'share',
    ),
    longNs: field.duration(absent('1h'), 'Long window of `burnRate`: how much is burnt.'),
    shortNs: field.duration(
      absent('a twelfth of the long one'),
      'Short window of `burnRate`: whether it still burns. Both must burn.',
    ),
    when: field.of(
      z.string().min(1).max(300),
      absent(),
      'METRIC OP LIMIT, such as `shoppers.latency.p99 > 500ms` or `orders.queue > 100`. Of a workload or a request, a ' +
        'service or gateway, an edge `shop->payments`: success, share.OUTCOME, throughput, latency.STATISTIC; of a ' +
        'service or gateway also queue and concurrency, of an edge pool.waiting, of queues, topics and other ' +
        'components their levels, such as lag, ready, age. It is evaluated as the query that Prometheus would ask.',
    ),
    overNs: field.duration(
      absent('5m for rates, and the present level for others'),
      'Window of `when` over which it is measured.',
    ),
    expr: field.of(
      query,
      absent(),
      'An expression of PromQL over the series that `run --metrics` exports.',
    ),
    forNs: field.duration('0s', 'How long it must hold without a break before the alert fires.', {
      allowZero: true,
    }),
    keepFiringForNs: field.duration('0s', 'How long the alert fires on after it holds no more.', {
      allowZero: true,
    }),
    severity: field.of(freeText(), absent(), 'Shown beside the alert, such as `page` or `ticket`.'),
  },
  'One rule: exactly one of `burnRate`, `when` and `expr`.',
);

const PROMETHEUS = 'as in a rule file of Prometheus';

/** One rule of a rule file: an alert, or a recorded expression. */
const pastedSchema = entry(
  {
    alert: field.of(freeText().min(1), absent(), `Name of the alert, ${PROMETHEUS}.`),
    record: field.of(
      freeText().min(1),
      absent(),
      'Name of the series that records the expression. Later rules can use it. Either this or `alert`.',
    ),
    expr: field.of(
      query,
      required,
      'The expression, in the part of PromQL that docs/alerts.md lists.',
    ),
    for: field.of(ruleTime(), absent('0s'), 'How long it must hold before the alert fires.'),
    keepFiringFor: field.of(
      ruleTime(),
      absent('0s'),
      'How long the alert fires on after it holds no more.',
    ),
    labels: field.of(textMap(), absent(), 'Labels of the alert, or of the recorded series.'),
    annotations: field.of(textMap(), absent(), 'Texts for readers, which are not expanded.'),
  },
  'An alert or a recorded expression, as Prometheus reads it.',
  { keepFiringFor: 'keep_firing_for' },
);

const groupSchema = entry(
  {
    name: field.of(freeText().min(1), required, 'Name of the group.'),
    interval: field.of(
      ruleTime(),
      absent('`alerts.evaluate`'),
      'Time between two evaluations of its rules.',
    ),
    rules: field.of(
      z.array(pastedSchema).min(1),
      required,
      'Rules, evaluated one after the other.',
    ),
  },
  'A group of rules, as in a rule file of Prometheus.',
);

/** `alerts`: what the monitoring of the system would have said. */
export const alertsSchema = entry(
  {
    scrapeNs: field.duration('15s', 'Time between two samples of each series (scrape_interval).'),
    evaluateNs: field.duration('15s', 'Time between two evaluations (evaluation_interval).'),
    historyNs: field.duration(
      absent('none: the monitoring begins with the measured time'),
      'Calm time that the monitoring has seen before the measured time: each series goes on backwards as it is on ' +
        'average until the first fault. A window of 1h needs it in a run of a few minutes.',
    ),
    objective: field.of(
      share(),
      absent('none: no error budget is counted'),
      'Share of successes that the users of each workload are promised.',
      'share',
    ),
    periodNs: field.duration('30d', 'Time for which the error budget of the objective must last.'),
    buckets: field.of(
      z.array(z.number().positive()).min(1).max(100),
      absent('0.1, 0.25, 0.5, 1, 2.5, 5, 10'),
      'Upper bounds of the buckets of histograms, ascending. No quantile is above the last one.',
      'seconds',
    ),
    rules: field.of(named(ruleSchema), absent(), 'Rules by name.'),
    groups: field.of(
      z.array(groupSchema).min(1),
      absent(),
      'Groups of rules as in a rule file of Prometheus, pasted.',
    ),
  },
  'Alerts: which of them would have fired, when, and which would have stayed silent. They are evaluated as ' +
    'Prometheus does, over the series that a run exports, and change nothing in it.',
);

export type WrittenAlerts = z.output<typeof alertsSchema>;
export type WrittenRule = NonNullable<WrittenAlerts['rules']>[string];

/** An alert, or a recorded expression. */
export interface AlertRule {
  /** Of the alert, or of the series that it records. */
  readonly name: string;
  readonly records: boolean;
  /** How it was written. */
  readonly kind: 'burnRate' | 'when' | 'expr' | 'pasted';
  /** The rule in short, for readers: `14.4x over 1h and 5m`, or its expression. */
  readonly words: string;
  /** In PromQL. */
  readonly expr: string;
  readonly forNs: Ns;
  readonly keepFiringForNs: Ns;
  readonly severity: string | null;
  /** Labels that a recorded series gets. */
  readonly labels: Readonly<Record<string, string>>;
  /** Its place in the file. */
  readonly path: readonly (string | number)[];
  /** Longest window that it looks back. */
  readonly windowNs: Ns;
}

/** Rules that are evaluated one after the other. */
export interface AlertGroup {
  readonly everyNs: Ns;
  readonly rules: readonly AlertRule[];
}

/** `alerts` in its explicit form. */
export interface Alerts {
  readonly scrapeNs: Ns;
  readonly historyNs: Ns;
  readonly buckets: readonly number[];
  readonly groups: readonly AlertGroup[];
  /** Promise to the users of each workload; null = none. */
  readonly objective: number | null;
  readonly periodNs: Ns;
}

/** All alerts, without what only records. */
export function alertsOf({ groups }: Pick<Alerts, 'groups'>): readonly AlertRule[] {
  return groups.flatMap(({ rules }) => rules.filter(({ records }) => !records));
}
