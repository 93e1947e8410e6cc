import { eachStep } from '../../language/each-step.js';
import { formatDuration } from '../../spec/quantities/quantity-text.js';
import type { Scenario } from '../../spec/scenario/scenario.js';
import type { Step } from '../../spec/scenario/steps.js';
import type { EventStore, Projection, ReadOf } from '../../spec/scenario/stores.js';
import { plainText } from './values.js';

/** The event stores, and the steps that load from and append to them. */
export function storeLines(scenario: Scenario): readonly string[] {
  if (scenario.eventStores.size === 0) return [];
  const stores = [...scenario.eventStores].map(([name, store]) => `${name}: ${storeText(store)}`);
  return [...stores, ...stepLines(scenario)].sort();
}

/** The projections, and the reads of their views. */
export function projectionLines(scenario: Scenario): readonly string[] {
  const own = [...scenario.projections].map(([name, one]) => `${name}: ${projectionText(one)}`);
  return own.sort();
}

function storeText(store: EventStore): string {
  const { kind, stream, append, commitLatency, read, readPerEventNs, batch, applyNs } = store;
  const { upcastNs, snapshots, partitions, appendMode, staleAfterNs } = store;
  const fields = {
    append,
    commitLatency,
    read,
    readPerEvent: formatDuration(readPerEventNs),
    apply: formatDuration(applyNs),
    upcast: formatDuration(upcastNs),
    batch,
    ...(partitions === 1 ? {} : { partitions }),
    ...(appendMode === null ? {} : { appendMode, staleAfter: formatDuration(staleAfterNs) }),
    ...(snapshots === null ? {} : { snapshots }),
  };
  return `kind ${kind}, streams by ${stream.key}, ${stream.initialLength} events each; ${plainText(fields)}`;
}

function projectionText(projection: Projection): string {
  const { from, source, lifecycle, work, writes } = projection;
  const where = writes === null ? '' : `, writes ${writes.database}.${writes.operation}`;
  const common = `${lifecycle} from ${source === 'topic' ? 'topic ' : ''}${from}, work ${plainText(work)}${where}`;
  if (lifecycle !== 'async') return common;
  const { service, batchSize, concurrency, checkpoint, onError, rebuild } = projection;
  const again =
    rebuild === null
      ? ''
      : `, rebuild ${rebuild.mode} at ${formatDuration(rebuild.atNs)} with ${rebuild.rate}/s`;
  const { claims, hotCold } = projection;
  const holds = claims?.pausedNs ?? null;
  const taken =
    claims === null
      ? ''
      : `, ${hotCold ? 'mode hotCold, ' : ''}claimTimeout ${holds === null ? 'none' : formatDuration(holds)}, ` +
        `claimInterval ${formatDuration(claims.intervalNs)}`;
  return (
    `${common}, ${service === null ? 'on a core of its own' : `in ${service}`}, batchSize ${batchSize}, ` +
    `concurrency ${concurrency}, checkpoint ${checkpoint}, onError ${onError}${taken}${again}`
  );
}

function stepLines({ services, gateways, workloads }: Scenario): readonly string[] {
  const lines: string[] = [];
  const read = (from: string, steps: readonly Step[]): void =>
    eachStep(steps, (step) => {
      const text = stepText(step);
      if (text !== null) lines.push(`${from}: ${text}`);
    });
  for (const [name, { endpoints }] of services) {
    for (const [part, { steps }] of endpoints) read(`${name}.${part}`, steps);
  }
  for (const [name, { routes }] of gateways) {
    for (const route of routes) read(`${name}.${route.name}`, route.steps ?? []);
  }
  for (const [name, { requests }] of workloads) {
    for (const request of requests) read(`${name}.${request.name}`, request.steps);
  }
  return lines;
}

function stepText(step: Step): string | null {
  switch (step.verb) {
    case 'load':
      if (step.range !== null) {
        return `load ${plainText(step.range)} events of all streams of ${step.store}`;
      }
      return (
        `load ${step.store} by ${step.stream}, from ${step.fromVersion}` +
        (step.version === null ? '' : `, version ${plainText(step.version)}`)
      );
    case 'append': {
      const { store, stream, events, expectedVersion, maxConflictRetries } = step;
      const version = expectedVersion ?? 'exact behind a load, else any';
      return (
        `append ${plainText(events)} events to ${store} by ${stream}, expected version ${version}, ` +
        `maxConflictRetries ${maxConflictRetries}`
      );
    }
    case 'query':
      return step.of === null
        ? null
        : `query ${step.database}.${step.operation} reads ${readText(step.of)}`;
    case 'work':
    case 'wait':
    case 'call':
    case 'publish':
    case 'saga':
    case 'transaction':
    case 'lock':
    case 'cache':
    case 'parallel':
    case 'choose':
    case 'loop':
    case 'fail':
    case 'respond':
      return null;
  }
}

function readText({ projection, key, consistency }: ReadOf): string {
  return `${projection} by ${key}, ${consistencyText(consistency)}`;
}

function consistencyText(consistency: ReadOf['consistency']): string {
  switch (consistency.kind) {
    case 'waitForVersion':
      return `waitForVersion(${formatDuration(consistency.withinNs)}, ${consistency.then})`;
    case 'stickyPrimary':
      return `stickyPrimary(${formatDuration(consistency.forNs)})`;
    case 'eventual':
    case 'monotonic':
    case 'clientMerge':
      return consistency.kind;
  }
}
