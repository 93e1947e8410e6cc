import { oneRunWords } from '../../contracts/result/one-run.js';
import { arrivedOf, sumParts } from './sums.js';
import { unroutedIn } from './unrouted.js';
import type { VariantData } from './variant-data.js';
import type { ScenarioFile } from '../../contracts/scenario/scenario.js';
import { formatCount } from '../../text/figures.js';
import { list, plural } from '../../text/words.js';

/** With fewer requests a p99 says little. */
const FEW_REQUESTS = 1000;

/** Warnings that make the figures those of another system. Equal ones of several variants are one. */
export function alarmsOf(
  variants: readonly VariantData[],
  { accepted }: Pick<ScenarioFile, 'accepted'>,
): readonly string[] {
  // A file may be about such requests.
  if (accepted.some(({ rule }) => rule === 'call-without-route')) return [];
  const found = new Map<string, string[]>();
  for (const data of variants) {
    for (const text of unroutedIn(data)) {
      found.set(text, [...(found.get(text) ?? []), data.variant.name]);
    }
  }
  return [...found].map(([text, names]) =>
    names.length === variants.length ? text : `${list(names)}: ${text}`,
  );
}

/** Warnings to read before trusting the figures. */
export function warningsOf(variants: readonly VariantData[]): readonly string[] {
  const warnings: string[] = [];
  for (const data of variants) {
    const { name } = data.variant;
    warnings.push(...stopWarnings(data));
    const dropped = data.records.reduce((sum, record) => sum + record.journal.dropped, 0);
    if (dropped > 0) {
      warnings.push(
        `${name}: ${plural(dropped, 'state change')} beyond the cap of the journal are not listed, so the open times of breakers are too short`,
      );
    }
    let requests = 0;
    for (const record of data.records) {
      requests += arrivedOf(sumParts(record, data.requests, data.whole.cells));
    }
    if (requests === 0) warnings.push(`${name}: no request arrived in the measured time`);
    else if (requests < FEW_REQUESTS) {
      warnings.push(`${name}: ${plural(requests, 'request')} in all runs are few for a p99`);
    }
  }
  const [first] = variants;
  const oneRun = first === undefined ? null : oneRunWords({ replications: first.records.length });
  if (oneRun !== null) warnings.push(oneRun);
  return warnings;
}

function stopWarnings(data: VariantData): string[] {
  const stopped = data.records.filter(
    (record) => record.stop !== 'horizon' && record.stop !== 'drained',
  );
  if (stopped.length === 0) return [];
  const which = list(stopped.map((record) => formatCount(record.replication)));
  const [{ stop, stopDetail }] = stopped;
  const detail = stopDetail === '' ? '' : ` (${stopDetail})`;
  return [`${data.variant.name}: run ${which} was stopped by a guard: ${stop}${detail}`];
}
