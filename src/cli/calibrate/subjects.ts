import { figuresOf, split, type SplitBy } from '../../analysis/calibration/measured.js';
import { metricsOf, type Subject } from '../../analysis/calibration/predicted.js';
import type { Prepared } from '../../api/prepare.js';
import { TracedParts } from '../../importing/traced-parts.js';
import type { Observations, Observed } from '../../importing/traces/observe.js';
import { oneLine } from '../../text/line.js';
import { list } from '../../text/words.js';
import { usageError } from '../exit.js';

/** What the traces show of the parts that a scenario has. */
export interface Subjects {
  /** Figures of the part to fit to, and of the part to judge by. */
  readonly fit: readonly Subject[];
  readonly rest: readonly Subject[];
  /** Names in the traces that the scenario does not have. */
  readonly unknown: readonly string[];
}

/** How names are found, and data divided. */
export interface SubjectOptions {
  readonly names: ReadonlyMap<string, string>;
  readonly share: number;
  readonly by: SplitBy;
}

/** Finds the endpoints and calls of a scenario in traces, and measures both parts of the data. */
export function subjectsOf(
  prepared: Pick<Prepared, 'source' | 'file'>,
  observed: Observations,
  { names, share, by }: SubjectOptions,
): Subjects {
  const [variant] = prepared.file.variants;
  const parts = new TracedParts(variant!.scenario, observed.series, names);
  const halves = split(observed, share, by);
  const fit: Subject[] = [];
  const rest: Subject[] = [];
  const unknown = new Set<string>();
  const seen = new Set<string>();
  const both = withBothSides(observed.series);
  for (const series of observed.series) {
    const named = nameOf(series, parts);
    // What the spans of users show is what their first service shows.
    if (series.caller !== null && variant!.scenario.workloads.has(series.caller)) continue;
    // The second of two names of one endpoint would be compared with the figures of both.
    if (named === null || seen.has(named.name) || !hasMetrics(named.name, prepared)) {
      unknown.add(wordsOf(series));
      continue;
    }
    seen.add(named.name);
    const weight = observed.weight ?? 1;
    const known = { ...named, views: both.has(keyOf(series)) ? 2 : 1 };
    const first = figuresOf(series, halves.fit, weight);
    if (first.figures.length > 0) fit.push({ ...known, ...first });
    const second = figuresOf(series, halves.rest, weight);
    if (second.figures.length > 0) rest.push({ ...known, ...second });
  }
  return { fit, rest, unknown: [...unknown] };
}

/** Parts of which the traces have the spans of the server and those of its callers. */
function withBothSides(all: readonly Observed[]): ReadonlySet<string> {
  const called = new Set(all.filter(({ caller }) => caller !== null).map(keyOf));
  const served = all.filter(({ caller }) => caller === null).map(keyOf);
  return new Set(served.filter((key) => called.has(key)));
}

function keyOf({ component, endpoint }: Observed): string {
  return `${component}\n${endpoint}`;
}

function nameOf(series: Observed, parts: TracedParts): Pick<Subject, 'name' | 'component'> | null {
  const found = parts.find(series);
  if (found === null) return null;
  const { component, part } = found;
  if (series.caller === null) return { name: `${component}.${part}`, component };
  const caller = parts.component(series.caller);
  return caller === null ? null : { name: `${caller}->${component}.${part}`, component };
}

/** Whether runs have the figures of a subject: there may be no such call in the scenario. */
function hasMetrics(name: string, { source, file }: Pick<Prepared, 'source' | 'file'>): boolean {
  const variants = file.variants.map((one) => one.name);
  return source.questions(metricsOf(name), variants).problems.length === 0;
}

function wordsOf({ caller, component, endpoint }: Observed): string {
  const part = endpoint === component ? component : `${component} ${endpoint}`;
  return caller === null ? part : `${caller} -> ${part}`;
}

/** Exit code 2 if there is nothing to compare. */
export function checkSubjects(
  { unknown }: Subjects,
  isEnough: boolean,
  { path, file }: Pick<Prepared, 'path' | 'file'>,
): void {
  if (isEnough) return;
  const known = [...file.variants[0]!.scenario.services.keys()];
  if (unknown.length === 0)
    throw usageError(`the traces have fewer than 30 executions of each endpoint of ${path}`);
  throw usageError(
    `the traces have no endpoint of ${path} with 30 executions: they have ${oneLine(list(unknown.slice(0, 3)))}, and the scenario ${oneLine(list(known.slice(0, 3)))}; --map NAME=NAME joins two names`,
  );
}
