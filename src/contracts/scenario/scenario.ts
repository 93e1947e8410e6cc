import type { Alerts } from './alerts.js';
import type { RunSettings } from './run.js';
import type { KeyPopulation } from './keys.js';
import type { Network } from './network.js';
import type { ReportSettings } from './report.js';
import type { Host } from './host.js';
import type { Middleware } from './middleware.js';
import type { Service, Versions } from './services.js';
import type { Bundle, Cluster } from './steps.js';
import type { Ns } from '../../kernel/time.js';
import type { Reference, Question } from './expression.js';
import type { Accepted, BudgetSource } from './judgement.js';
import type { ScenarioModules } from './modules.js';
import type { Mesh } from './mesh.js';
import type { Route, Routing } from './routes.js';
import type { Database } from './database.js';
import type { OutcomeName } from '../outcome.js';
import type { WhatIfWords } from './what-if.js';
import type { Platform } from './platform.js';
import type { Until } from './until.js';
import type { KEPT, Ramp, WrittenFault } from './faults.js';
import type { Workload } from './workloads.js';
import type { Described } from './described.js';

/**
 * The explicit scenario of one variant: short forms expanded, includes, defaults, templates and `extends`
 * resolved, defaults filled in, references checked, quantities as numbers (durations in integer ns, rates per
 * second, shares 0..1). `Infinity` = `unlimited`; `null` = `none`.
 */
export interface Scenario extends ScenarioModules {
  readonly title: string;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly run: RunSettings;
  readonly network: Network;
  readonly platform: Platform;
  /** Absent without a service mesh. */
  readonly mesh?: Mesh;
  readonly keys: ReadonlyMap<string, KeyPopulation>;
  /** Named policy bundles, for `explain`. */
  readonly clusters?: ReadonlyMap<string, Cluster>;
  readonly policies: ReadonlyMap<string, Bundle>;
  readonly gateways: ReadonlyMap<string, Gateway>;
  readonly services: ReadonlyMap<string, Service>;
  readonly databases: ReadonlyMap<string, Database>;
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly faults: readonly Fault[];
  /** Absent without alerts. */
  readonly alerts?: Alerts;
  readonly report: ReportSettings;
}

/** Contents of a file, with the scenarios of its variants. */
export interface ScenarioFile {
  readonly title: string;
  readonly description: string | null;
  readonly variants: readonly Variant[];
  /** Goals of the system. */
  readonly budgets: readonly BudgetSource[];
  /** Checks of behaviour, which decide about no variant. */
  readonly expect: readonly BudgetSource[];
  readonly hypothesis: {
    readonly statement: string;
    readonly expect: readonly BudgetSource[];
  } | null;
  /** What else is asked of its runs, so that measurements are cut at the windows of these; absent = nothing. */
  readonly asked?: readonly Question[];
  /** When enough runs were made; absent = their number is fixed. */
  readonly until?: Until;
  /** Of runs that end by what they show: the error that figures may spend at this look; absent = 5 %. */
  readonly lookError?: number;
  /** Findings of lint that the file accepts. */
  readonly accepted: readonly Accepted[];
  /** SHA-256 (hex) of the canonical JSON of the explicit scenario, all variants included. */
  readonly sha256: string;
  /** Command-line overrides of these variants. */
  readonly whatIf?: WhatIfWords;
}

export interface Variant extends Omit<Described, 'critical'> {
  readonly baseline: boolean;
  /** The patch as written, with `extends` resolved, for the diff in the report. */
  readonly patch: {
    readonly remove: readonly string[];
    readonly set: readonly (readonly [path: string, value: unknown])[];
    readonly add: readonly (readonly [path: string, values: readonly unknown[]])[];
  };
  /** The changes that make this variant of the baseline. Empty for the baseline itself. */
  readonly changes: readonly VariantChange[];
  readonly scenario: Scenario;
  /** Every combination of configuration changes that can be in force; absent = there are none. */
  readonly configurations?: readonly Configuration[];
}

/** A change from the baseline at a path of a patch. Values are as in JSON; null = nothing is there. */
export interface VariantChange {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
  /** It is not a setting of the system: it changes what is asked of it, such as its load or its faults. */
  readonly isQuestion?: true;
}

export interface Gateway extends Host, Routing {
  /** Status that the gateway returns for an outcome of a call to a target, if it differs from that of a service. */
  readonly answers: ReadonlyMap<OutcomeName, number>;
  readonly routes: readonly Route[];
  readonly middleware: readonly Middleware[];
  readonly outbound: ReadonlyMap<string, Bundle>;
  /** The service whose `discovery` makes it; null for a gateway that the file describes. */
  readonly balances: string | null;
  /** null = a single version. */
  readonly versions: Versions | null;
}

/** A fault; `spans` and `when` say at which times it is active. */
export interface Fault extends Pick<WrittenFault, (typeof KEPT)[number]> {
  /** References as written, and checked: component, component.part, component[i], a->b. */
  readonly target: readonly string[];
  /** Only for partition: the two sides. */
  readonly between: readonly [readonly string[], readonly string[]] | null;
  /** Of a database with replicas, only nodes with this role when the fault starts; null = all. */
  readonly role: 'primary' | 'replica' | null;
  readonly labels: ReadonlyMap<string, string>;
  /** Spans of activity, [from, until), from the end of the warm-up; until null = end of the run. */
  readonly spans: readonly { readonly fromNs: Ns; readonly untilNs: Ns | null }[];
  /** Condition that starts the fault, which then has no spans; null = it starts at fixed times. */
  readonly when: FaultCondition | null;
  readonly ramp: Ramp | null;
  /** When a responder ends it; absent = its spans end it. */
  readonly mitigated?: AfterAlert;
  /** Only for kinds that change the configuration: its changes in words, and where they act. */
  readonly changes?: FaultChanges;
}

/** The changes of the configuration that a fault makes. */
export interface FaultChanges {
  /** Values as written, before and after; null = none. */
  readonly paths: readonly {
    readonly path: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
  /** Names of the components whose processes get another configuration, in code-unit order. */
  readonly components: readonly string[];
}

/** The scenario while some configuration changes are in force. */
export interface Configuration {
  /** By fault: its strength, above 0. The order is that of the ids. */
  readonly inForce: readonly { readonly fault: string; readonly strength: number }[];
  readonly scenario: Scenario;
}

/** Condition on the steps of the timeline that starts a fault. */
export interface FaultCondition extends Omit<Reference, 'offset'> {
  readonly text: string;
  /** The watched calls are those from here to the component or its part; null = all requests there are watched. */
  readonly caller: { readonly component: string; readonly part: string | null } | null;
  readonly metric: string;
  /** For a gauge its mean or maximum in a step, for counts of an outcome its name; '' for other metrics. */
  readonly ending: string;
  readonly op: '<' | '<=' | '>' | '>=' | '==' | '!=';
  readonly limit: number;
  /** How long the condition must hold without interruption. */
  readonly forNs: Ns;
  /** Largest number of starts. */
  readonly count: number;
  /** Duration of each start; null = to the end of the run. */
  readonly lengthNs: Ns | null;
  /** It starts after an alert fires, and nothing else is watched; absent = it does not. */
  readonly alert?: AfterAlert;
}

/** Some time after an alert begins to fire. */
interface AfterAlert {
  readonly name: string;
  readonly delayNs: Ns;
}
