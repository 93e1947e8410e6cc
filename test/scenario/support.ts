import type { Diagnostic } from '../../src/scenario/diagnostics.js';
import type { Loaded } from '../../src/scenario/load.js';
import { loadScenario } from '../../src/scenario/load.js';
import type { Scenario } from '../../src/contracts/scenario/scenario.js';

/** Loads a scenario from texts by path; the first is the one that is run. */
export function loadFiles(files: Readonly<Record<string, string>>): Loaded {
  return loadScenario(Object.keys(files)[0], (path) => {
    const text = files[path];
    return text === undefined ? { error: 'no such file' } : { text };
  });
}

/** Loads one text. */
export function load(text: string): Loaded {
  return loadFiles({ 's.yaml': text });
}

/** The scenario of one variant of a text that must be right. */
export function scenarioOf(text: string, variant?: string): Scenario {
  const { file, problems } = load(text);
  if (file === null) throw new Error(problems.map(brief).join('\n'));
  const found =
    variant === undefined ? file.variants[0] : file.variants.find((v) => v.name === variant);
  if (found === undefined) throw new Error(`no variant ${variant}`);
  return found.scenario;
}

/** `line:col code message` of a problem. */
export function brief(problem: Diagnostic): string {
  return `${problem.line}:${problem.col} ${problem.code} ${problem.message}`;
}

/** A scenario of one service, followed by more text. */
export function station(service: string, more = ''): string {
  return [
    'faultline: 1',
    'title: Station',
    'run: { duration: 60s }',
    'services:',
    `  station: ${service}`,
    'workloads:',
    '  users: { arrivals: poisson(1/s), requests: [ { call: station.serve } ] }',
    more,
    '',
  ].join('\n');
}
