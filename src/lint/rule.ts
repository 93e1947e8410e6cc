import type { PathKey } from '../scenario/located.js';
import type { Subject } from './subject.js';

export type Path = readonly PathKey[];

export type Severity = 'error' | 'warning' | 'hint';

/** An anti-pattern that can be told from a scenario alone. */
export interface Rule {
  /** Name in kebab case, as `--rule` and `--ignore` take it. */
  readonly name: string;
  readonly severity: Severity;
  /** Why it is one, in one sentence. */
  readonly reason: string;
  /** What to do about it, in one sentence. */
  readonly remedy: string;
  check(subject: Subject): readonly Finding[];
}

/** One place at which a rule speaks, in one variant. */
export interface Finding {
  /** In the long form of the file. */
  readonly path: Path;
  /** Who is concerned: components, parts or calls, in the order of the message. */
  readonly entities: readonly string[];
  readonly message: string;
  readonly measured: string;
  readonly limit: string;
  /** YAML that mends it, to be adapted. */
  readonly fix: string;
  /** Only worth a word where it stands in every variant that is looked at. */
  readonly everywhere?: boolean;
}
