import type { Ns } from '../../kernel/time.js';
import type { Alerts } from '../scenario/alerts.js';

/** Alerts that a run evaluates once it is over. */
export interface PlanAlerts extends Pick<Alerts, 'scrapeNs' | 'historyNs' | 'buckets' | 'groups'> {
  /** Time until the first fault that starts at a known time; the whole time without one. */
  readonly calmNs: Ns;
}
