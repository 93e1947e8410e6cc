import { invariant } from '../kernel/invariant.js';
import { expressionsOf } from '../language/expressions-of.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { RunRecord } from '../contracts/record/record.js';
import type {
  Incomplete,
  ReplicationSummary,
  Result,
  VariantResult,
} from '../contracts/result/result.js';
import type { Topology } from '../contracts/result/topology.js';
import type { Scenario, ScenarioFile, Variant } from '../contracts/scenario/scenario.js';
import type { BudgetSource } from '../contracts/scenario/judgement.js';
import { judgeBudget } from './verdicts/budget.js';
import { storiesOf } from './story/cascade.js';
import { cascadeResult } from './story/cascade-result.js';
import { compareAll, type Limits } from './verdicts/compare.js';
import { alertResults } from './measure/alert-results.js';
import { componentResults } from './measure/components.js';
import { combineDigests } from './measure/digest.js';
import { edgeResults } from './measure/edge-results.js';
import { exemplarsOf } from './measure/exemplars.js';
import { blameOf } from './measure/blame.js';
import { rateRange } from './measure/busy-times.js';
import { contributorsOf } from './measure/contributors.js';
import { faultTimesOf } from './measure/fault-times.js';
import { headroomOf } from './measure/headroom.js';
import { judgeHypothesis } from './verdicts/hypothesis.js';
import { unfinishedNotes } from './measure/incomplete.js';
import { journalOf } from '../telemetry/journal.js';
import { kept } from './measure/kept.js';
import type { Study } from './verdicts/study.js';
import { headline, summaryOf, type Headline } from './measure/summary.js';
import { proven, provenCause, type Proofs } from './story/proof.js';
import { savedKey } from './verdicts/saved.js';
import { slowAbove } from './measure/slow.js';
import { loadKey } from './measure/offered.js';
import { headlineFault } from './story/headline-fault.js';
import { stepSeconds, timelineOf } from './measure/timeline.js';
import { changedNodes, faultInfos, topologyOf } from './story/topology.js';
import { meteredResults } from './measure/meters.js';
import { variantData, type VariantData } from './measure/variant-data.js';
import { alarmsOf, warningsOf } from './measure/warnings.js';
import { wholeRun } from './measure/window.js';

/**
 * The result document of a file from the records of its runs. `plans` and `records` are by variant, in the order of
 * the file; the records of a variant are by replication. `saved` gives the values to which `of saved` refers;
 * `incomplete` says which runs are missing, `proofs` what runs without each fault have shown. Pure: equal input gives
 * equal output, to the byte when printed with sorted keys.
 */
export function summarise(
  file: ScenarioFile,
  plans: readonly Plan[],
  records: readonly (readonly RunRecord[])[],
  version: string,
  saved: Study['saved'] = null,
  incomplete: Incomplete | null = null,
  proofs: Proofs = NO_PROOFS,
): Result {
  const n = file.variants.length;
  invariant(n > 0 && plans.length === n && records.length === n, 'summarise-sizes');
  const variants = file.variants.flatMap((variant, i) => {
    // Only a variant with missing runs may have no records.
    if (incomplete !== null && records[i].length === 0) return [];
    return [variantData(variant, plans[i], records[i], wholeRun(plans[i]))];
  });
  const stories = new Map(
    variants.map((data) => {
      const { name } = data.variant;
      return [name, proven(kept(data, storiesOf), proofs.get(name))];
    }),
  );
  const notes = incomplete === null ? null : unfinishedNotes(incomplete);
  const study: Study = { variants, stories, saved, ...(notes !== null && { unfinished: notes }) };
  const headlineId = provenCause(proofs) ?? headlineFault(variants, stories);
  const base = variants.find((data) => data.variant.baseline) ?? variants[0];
  const figures = figuresOf(variants, stories, headlineId, base);
  const firsts = firstsWithLoad(variants, base);
  const { run, report } = base.variant.scenario;
  const exemplars = exemplarsOf(variants, report.exemplars, headlineId);
  const topology = topologyOf(base);
  const alarms = alarmsOf(variants, file);
  return {
    faultline: 1,
    scenario: identityOf(file),
    seed: run.seed,
    replications: Math.max(...records.map((list) => list.length)),
    engine: { version },
    digest: combineDigests(records.flatMap((list) => list.map((record) => record.digest))),
    run: timesOf(run, base.plan),
    report: reportInfo(base),
    topology,
    faults: faultInfos(base),
    variants: variants.map((data, i) => ({
      ...variantResult(file, data, study, figures[i].figures, proofs),
      ...own(data, topology),
      ...otherLoad(data, firsts[i], base),
      ...unfinished(data, incomplete),
      ...proofOf(data, proofs),
      exemplars: exemplars.get(data.variant.name) ?? [],
    })),
    hypothesis: file.hypothesis === null ? null : judgeHypothesis(file.hypothesis, study),
    comparisons: comparisonsOf(file, study, figures, base, firsts),
    warnings: [...alarms, ...warningsOf(variants)],
    ...(alarms.length > 0 && { alarms }),
    ...(incomplete !== null && { incomplete }),
  };
}

function figuresOf(
  variants: readonly VariantData[],
  stories: Study['stories'],
  fault: string | null,
  base: VariantData,
): readonly { readonly name: string; readonly figures: Headline }[] {
  const limits = slowAbove(base);
  return variants.map((data) => {
    const { name } = data.variant;
    return { name, figures: headline(data, stories.get(name)!, fault, limits) };
  });
}

function timesOf(run: Scenario['run'], plan: Plan): Result['run'] {
  const rates = rateRange(plan);
  const { durationNs, warmupNs, pilots, drainNs, stepNs } = run;
  return {
    duration: durationNs / 1e9,
    warmup: warmupNs / 1e9,
    ...(pilots !== undefined && { pilots }),
    drain: drainNs === null ? null : drainNs / 1e9,
    step: stepNs / 1e9,
    ...(rates !== null && { rates }),
  };
}

const NO_PROOFS: Proofs = new Map();

function proofOf({ variant }: VariantData, proofs: Proofs): Pick<VariantResult, 'counterfactuals'> {
  const found = proofs.get(variant.name);
  return found === undefined ? {} : { counterfactuals: found };
}

/** The variant of a file that the others are compared with, whether or not it ran. */
function baselineName({ variants }: ScenarioFile, base: VariantData): string {
  return variants.find(({ baseline }) => baseline)?.name ?? base.variant.name;
}

/** Comparisons of the finished variants with the first one that has their load. */
function comparisonsOf(
  file: ScenarioFile,
  { unfinished: missing }: Study,
  figures: readonly { readonly name: string; readonly figures: Headline }[],
  base: VariantData,
  firsts: readonly VariantData[],
): Result['comparisons'] {
  const limits = limitsOf(file);
  return [...new Set(firsts)].flatMap((first) => {
    const compared = figures.filter(
      ({ name }, i) => missing?.has(name) !== true && firsts[i] === first,
    );
    const reference = first === base ? baselineName(file, base) : first.variant.name;
    return compareAll(compared, reference, subjectOf(first), limits, file.lookError);
  });
}

/** For each variant the one that it is compared with: the baseline if that has its load, else the first that has it. */
function firstsWithLoad(
  variants: readonly VariantData[],
  base: VariantData,
): readonly VariantData[] {
  const first = new Map([[loadKey(base.plan), base]]);
  return variants.map((data) => {
    const key = loadKey(data.plan);
    const found = first.get(key) ?? data;
    first.set(key, found);
    return found;
  });
}

function otherLoad(
  data: VariantData,
  first: VariantData,
  base: VariantData,
): Pick<VariantResult, 'otherLoad' | 'reference'> {
  if (first === base) return {};
  return { otherLoad: true, ...(first !== data && { reference: first.variant.name }) };
}

function unfinished(
  { variant }: VariantData,
  incomplete: Incomplete | null,
): Pick<VariantResult, 'unfinished'> {
  const found = incomplete?.variants.find((one) => one.variant === variant.name);
  return found === undefined ? {} : { unfinished: found };
}

function identityOf({ title, description, sha256, whatIf }: ScenarioFile): Result['scenario'] {
  return { title, description, sha256, ...(whatIf === undefined ? {} : { whatIf }) };
}

/** Nodes of a variant that differ from the topology of the baseline; empty if none does. */
function own(data: VariantData, topology: Topology): Pick<VariantResult, 'nodes'> {
  const nodes = changedNodes(data, topology);
  return nodes.length === 0 ? {} : { nodes };
}

function variantResult(
  file: ScenarioFile,
  data: VariantData,
  study: Study,
  figures: Headline,
  proofs: Proofs,
): Omit<VariantResult, 'exemplars'> {
  const { variant } = data;
  const stories = study.stories.get(variant.name)!;
  const summary = summaryOf(figures, file.lookError);
  return {
    name: variant.name,
    title: variant.title,
    description: variant.description,
    baseline: variant.baseline,
    patch: patchOf(variant),
    ...(variant.changes.length > 0 && { changes: variant.changes }),
    faults: faultInfos(data),
    perReplication: data.records.map(replicationOf),
    components: kept(data, componentResults),
    metered: kept(data, meteredResults),
    edges: kept(data, edgeResults),
    timeline: kept(data, timeline),
    cascade: cascadeResult(
      stories,
      { back: { ...summary, step: stepSeconds(data) }, hasFaults: data.plan.faults.length > 0 },
      proofs.get(variant.name) ?? null,
    ),
    journal: journalOf(data.plan, data.records[0]),
    ...judgedOf(file, data, study),
    summary,
    headroom: kept(data, headroomOf),
    contributors: kept(data, contributorsOf),
    blame: kept(data, blameOf),
    faultTimes: faultTimesOf(data, stories),
    ...alertsIn(data),
  };
}

function alertsIn(data: VariantData): Pick<VariantResult, 'alerts'> {
  const alerts = alertResults(data);
  return alerts === null ? {} : { alerts };
}

/** The budgets and expectations of a file in one variant. */
function judgedOf(
  file: ScenarioFile,
  data: VariantData,
  study: Study,
): Pick<VariantResult, 'budgets' | 'expectations'> {
  const of = (list: readonly BudgetSource[]): VariantResult['budgets'] =>
    list.flatMap((source) => judgeBudget(source, data, study) ?? []);
  const expectations = of(file.expect);
  return { budgets: of(file.budgets), ...(expectations.length > 0 && { expectations }) };
}

/** With the states of the first run, which proofs do not change. */
function timeline(data: VariantData): VariantResult['timeline'] {
  return timelineOf(data, kept(data, storiesOf)[0]);
}

function replicationOf(record: RunRecord): ReplicationSummary {
  return {
    replication: record.replication,
    digest: record.digest,
    stop: record.stop,
    requests: record.totals.requests,
    unfinished: record.totals.unfinished,
    attempts: record.totals.attempts,
    events: record.totals.events,
  };
}

function patchOf(variant: Variant): VariantResult['patch'] {
  return {
    remove: variant.patch.remove,
    set: variant.patch.set.map(([path, value]) => ({ path, value })),
    add: variant.patch.add.map(([path, values]) => ({ path, values })),
  };
}

/** The only workload, or `all`. */
function subjectOf(data: VariantData): string {
  const names = data.plan.components
    .filter((one) => one.kind === 'workload')
    .map((one) => one.name);
  return names.length === 1 ? names[0] : 'all';
}

function reportInfo(data: VariantData): Result['report'] {
  const { report } = data.variant.scenario;
  const groups: Record<string, readonly string[]> = {};
  for (const [name, members] of report.groups) groups[name] = members;
  const slo = report.slo;
  return {
    focus: report.focus.length > 0 ? report.focus : criticalOf(data),
    exemplars: report.exemplars,
    slo:
      slo === null
        ? null
        : { success: slo.success, latency: slo.latencyNs === null ? null : slo.latencyNs / 1e9 },
    groups,
    hide: report.hide,
  };
}

/** Everything that the scenario marks as critical: components in their order, then the rest. */
function criticalOf({ plan, variant }: VariantData): readonly string[] {
  const { caches, projections, topics, queues, sagas } = variant.scenario;
  const names = plan.components.filter(({ critical }) => critical).map(({ name }) => name);
  for (const section of [caches, projections, topics, queues, sagas]) {
    for (const { name, critical } of section.values()) if (critical) names.push(name);
  }
  return [...new Set(names)];
}

/** The values to which budgets and expectations of a file limit a metric in its window. */
function limitsOf(file: ScenarioFile): Limits {
  const all = new Map<string, number[]>();
  for (const expression of expressionsOf(file)) {
    if (expression.limit.kind !== 'quantity' || expression.steps !== null) continue;
    const key = savedKey(expression);
    all.set(key, [...(all.get(key) ?? []), expression.limit.quantity.value]);
  }
  return all;
}
