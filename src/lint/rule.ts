import type { Path } from '../scenario/located.js';
import type { Subject } from './subject.js';

export type Severity = 'error' | 'warning' | 'hint';

/** An anti-pattern that is detected from a scenario alone. */
export interface Rule {
  /** Name in kebab case, as `--rule` and `--ignore` accept it. */
  readonly name: string;
  readonly severity: Severity;
  /** Why it is an anti-pattern, in one sentence. */
  readonly reason: string;
  /** How to fix it, in one sentence. */
  readonly remedy: string;
  check(subject: Subject): readonly Finding[];
}

/** One place at which a rule applies, in one variant. */
export interface Finding {
  /** Path in the long form of the file. */
  readonly path: Path;
  /** Affected components, parts or calls, in the order of the message. */
  readonly entities: readonly string[];
  readonly message: string;
  readonly measured: string;
  readonly limit: string;
  /** YAML that fixes it, as a starting point. */
  readonly fix: string;
  /** Reported only if it occurs in every variant that is checked. */
  readonly everywhere?: boolean;
}
