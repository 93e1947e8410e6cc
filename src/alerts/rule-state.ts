import { invariant } from '../kernel/invariant.js';
import type { AlertRule } from '../contracts/scenario/alerts.js';
import type { AlertFiring, AlertRecord } from '../contracts/record/alerts.js';
import type { Element } from '../promql/element.js';

/** One set of labels for which the expression holds, or has held. Times are seconds. */
interface Active {
  readonly since: number;
  readonly labels: string;
  isFiring: boolean;
  /** It holds no more, and fires on since then; null = it holds. */
  keptSince: number | null;
}

/**
 * The state of an alert: each element of its expression is pending until it has held for `for`, then it fires, until it
 * holds no more. Source: prometheus/rules/alerting.go (AlertingRule.Eval).
 */
export class RuleState {
  private readonly active = new Map<string, Active>();
  private readonly firings: AlertFiring[] = [];
  private heldAt: number | null = null;
  private since: { readonly at: number; readonly labels: string } | null = null;
  private series = 0;
  private error: string | null = null;

  constructor(private readonly rule: AlertRule) {}

  /** The result of one evaluation. */
  evaluated(at: number, elements: readonly Element[], series: number): void {
    this.series = Math.max(this.series, series);
    if (elements.length > 0) this.heldAt ??= at;
    const now = new Set<string>();
    for (const { labels } of elements) {
      now.add(labels.key);
      const known = this.active.get(labels.key);
      if (known === undefined) {
        const own = { since: at, labels: labels.text, isFiring: false, keptSince: null };
        this.active.set(labels.key, own);
      } else known.keptSince = null;
    }
    for (const [key, own] of this.active) {
      if (!now.has(key) && !this.isKept(own, at)) this.active.delete(key);
      else if (now.has(key) && at - own.since >= this.rule.forNs / 1e9) own.isFiring = true;
    }
    this.note(at);
  }

  /** Prometheus cannot evaluate it. */
  failed(error: string): void {
    this.error ??= error;
  }

  record(): AlertRecord {
    const { rule, heldAt, series, error } = this;
    const firings = [...this.firings];
    if (this.since !== null) {
      firings.push({ from: this.since.at, until: null, labels: this.since.labels });
    }
    return { name: rule.name, firings, heldAt, series, error };
  }

  private isKept(own: Active, at: number): boolean {
    if (!own.isFiring) return false;
    own.keptSince ??= at;
    return at - own.keptSince < this.rule.keepFiringForNs / 1e9;
  }

  /** The times in which any element fires. */
  private note(at: number): void {
    const firing = [...this.active.values()].find(({ isFiring }) => isFiring);
    if (firing !== undefined) {
      this.since ??= { at, labels: firing.labels };
      return;
    }
    if (this.since === null) return;
    const { at: from, labels } = this.since;
    invariant(from < at, 'an alert fires for some time');
    this.firings.push({ from, until: at, labels });
    this.since = null;
  }
}
