// The library: read a scenario, run it, ask for figures, compare, render. Nothing here touches files, processes or
// threads: texts come in and go out, in Node as in a browser. docs/api.md is its page.
import { pilotsBy } from './api/pilots.js';
import { runPlan } from './run/run.js';

export { broken } from './api/judge.js';
export type { Broken } from './api/judge.js';
export { compare } from './api/compare.js';
export type { Compared } from './api/compare.js';
export { OptionError, ScenarioError } from './api/errors.js';
export type { Problem } from './api/errors.js';
export { explore } from './api/explore.js';
export type { ExploreOptions } from './api/explore.js';
export { inThisThread } from './api/execute.js';
export type { Execute } from './api/execute.js';
export { lint } from './api/lint.js';
export type { AcceptedFinding, Finding, LintOptions, LintResult } from './api/lint.js';
export { load } from './api/load.js';
export { metric } from './api/metric.js';
export type { MetricOptions } from './api/metric.js';
export type { RunOptions, ScenarioInput, ScenarioOptions, ScenarioSource } from './api/options.js';
export type { Prepared as LoadedScenario } from './api/prepare.js';
export { prove } from './api/prove.js';
export type { ProveOptions } from './api/prove.js';
export type { Answer } from './api/questions.js';
export { simulate } from './api/simulate.js';
export { story } from './api/story.js';
export type { Account, StoryOptions } from './api/story.js';
export { sweep } from './api/sweep.js';
export type { SweepOptions, SweepValues } from './api/sweep.js';
export { VERSION } from './text/version.js';
// The parts of which these are made, for tools.
export { loadScenario } from './scenario/load.js';
export type { Loaded, ReadFile } from './scenario/load.js';
export { formatDiagnostic } from './scenario/diagnostics.js';
export type { Diagnostic } from './scenario/diagnostics.js';
export { scenarioJsonSchema } from './scenario/json-schema.js';
export { compile } from './plan/compile.js';
export { PlanError } from './plan/problem.js';
export { rules as lintRules } from './lint/index.js';
export { runPlan } from './run/run.js';
export { runHere } from './run/here.js';
export type { Records } from './run/here.js';
export { GuardStop, RunFailure } from './run/failure.js';
export { resultText } from './run/result-text.js';
export { summarise } from './analysis/summarise.js';
export { renderHtml } from './report/html.js';
export { renderSvgs } from './report/files.js';
export { renderMarkdown } from './report/markdown.js';
export { renderCsv } from './report/csv.js';
export { renderJunit } from './report/junit.js';
export { githubAnnotations } from './report/github.js';
export { summaryText } from './report/text.js';
export { checkText, compareText } from './report/text-compare.js';
export { graphDot, graphMermaid, graphSvg } from './report/graph.js';
export type { Plan } from './contracts/plan/plan.js';
export type { RunRecord } from './contracts/record/record.js';
export type { ExploreResult } from './contracts/result/explore.js';
export type { Result } from './contracts/result/result.js';
export type { SweepResult } from './contracts/result/sweep.js';
export type { Scenario, ScenarioFile } from './contracts/scenario/scenario.js';

// Here the engine is loaded anyway.
pilotsBy(runPlan);
