import type { Hint } from './hint.js';

const ALERTS = { base: 'alerts.yaml' } as const;
const FAST = { ...ALERTS, at: ['alerts', 'rules', 'fast'] } as const;
const SLOW = { ...ALERTS, at: ['alerts', 'rules', 'slow'] } as const;
const DOWN = { ...ALERTS, at: ['alerts', 'rules', 'down'] } as const;
/** The recorded rule, and the alert that uses it. */
const RECORDS = { ...ALERTS, at: ['alerts', 'groups', 0, 'rules', 0] } as const;
const FAILING = { ...ALERTS, at: ['alerts', 'groups', 0, 'rules', 1] } as const;

/** The outage of the base, which a responder ends. */
const ENDED = { ...ALERTS, at: ['faults', 0] } as const;

/** Options of alerts: they change what the monitoring says, and nothing in a run. */
export const alerts: readonly Hint[] = [
  { option: /^faults\[\]<error>\.mitigated\.alert$/, ...ENDED, values: ['down', 'slow'] },
  { option: /^faults\[\]<error>\.mitigated\.after$/, ...ENDED, values: ['5s', '20s'] },
  { option: /^alerts\.(scrape|evaluate)$/, ...ALERTS, values: ['10s', '30s'] },
  { option: /^alerts\.history$/, ...ALERTS, values: ['20m', '1m'] },
  { option: /^alerts\.objective$/, ...ALERTS, values: ['99.9%', '95%'] },
  { option: /^alerts\.period$/, ...ALERTS, values: ['7d', '60d'] },
  { option: /^alerts\.buckets\[\]$/, ...ALERTS, values: [0.5, 20] },
  { option: /^alerts\.rules\.\*\.burnRate$/, ...FAST, values: [1, 20] },
  { option: /^alerts\.rules\.\*\.of$/, ...FAST, values: ['users', 'users.buy'] },
  { option: /^alerts\.rules\.\*\.objective$/, ...FAST, values: ['99.9%', '95%'] },
  { option: /^alerts\.rules\.\*\.long$/, ...FAST, values: ['5m', '9m'] },
  { option: /^alerts\.rules\.\*\.short$/, ...FAST, values: ['2m', '30s'] },
  { option: /^alerts\.rules\.\*\.(for|keepFiringFor)$/, ...FAST, values: ['30s', '45s'] },
  { option: /^alerts\.rules\.\*\.severity$/, ...FAST, values: ['page', 'ticket'] },
  {
    option: /^alerts\.rules\.\*\.when$/,
    ...SLOW,
    values: ['users.success < 90%', 'users.throughput < 4/s'],
  },
  { option: /^alerts\.rules\.\*\.over$/, ...SLOW, values: ['30s', '2m'] },
  { option: /^alerts\.rules\.\*\.expr$/, ...DOWN, values: ['up == 0', 'up == 1'] },
  { option: /^alerts\.groups\[\]\.interval$/, ...ALERTS, values: ['10s', '1m'] },
  {
    option: /^alerts\.groups\[\]\.rules\[\]\.(alert|record)$/,
    ...FAILING,
    values: ['Other', 'Third'],
  },
  { option: /^alerts\.groups\[\]\.rules\[\]\.expr$/, ...RECORDS, values: ['up', 'up == 0'] },
  {
    option: /^alerts\.groups\[\]\.rules\[\]\.(for|keep_firing_for)$/,
    ...FAILING,
    values: ['30s', '45s'],
  },
];
