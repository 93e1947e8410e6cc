// The library: read a scenario, compile its variants, run them, summarise, render. Nothing here touches
// files or processes: texts come in and go out. Threads are used by runThreaded only.
export { loadScenario } from './scenario/load.js';
export type { Loaded, ReadFile } from './scenario/load.js';
export { formatDiagnostic } from './scenario/diagnostics.js';
export type { Diagnostic } from './scenario/diagnostics.js';
export { scenarioJsonSchema } from './scenario/json-schema.js';
export { compile } from './plan/compile.js';
export { PlanError } from './plan/problem.js';
export { runPlan } from './run/run.js';
export { runHere, runThreaded } from './run/replicate.js';
export type { Records, ThreadOptions } from './run/replicate.js';
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
export type { Plan } from './spec/plan.js';
export type { RunRecord } from './spec/record.js';
export type { Result } from './spec/result.js';
export type { Scenario, ScenarioFile } from './spec/scenario.js';
