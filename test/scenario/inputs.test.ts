import { describe, expect, it } from 'vitest';
import { fieldsOf, languageSchema } from '../../src/cli/explain/field-index.js';
import { Source } from '../../src/scenario/load.js';
import { inputsOf, isFactField } from '../../src/scenario/tuning/inputs.js';
import { settingsOf } from '../../src/scenario/tuning/settings.js';

const SECTIONS =
  /^(services|gateways|functions|databases|caches|queues|topics|brokers|eventStores|projections|sagas|registries|platform)\./;
/** What a policy or a platform does is chosen. */
const CHOSEN = /olicy|olicies|outbound|admission|outlierDetection/;

const TEXT = `
faultline: 1
title: Facts of every kind
run: { duration: 10s }
keys: { who: { kind: zipf, count: 100, exponent: 0.9 } }
platform: { kind: kubernetes, imagePull: 8s }
services:
  latency:
    version: v1
    concurrency: 8
    memory: { limit: 1GiB, base: 200MiB, perRequest: 2MiB }
    middleware: [ { log: { work: 100us } } ]
    endpoints: { start: [ work: 3ms ] }
    versions:
      v1: { concurrency: 4 }
      v2: { endpoints: { start: [ { work: 3ms }, { fail: 500, probability: 20% } ] } }
  mail: { endpoints: { send: [ work: 1ms ] } }
queues:
  jobs: { kind: sqs, publishLatency: 5ms, visibilityTimeout: 20s, consumers: [ { call: mail.send, filter: 80% } ] }
workloads:
  at: { arrivals: poisson(10/s), requests: [ { call: latency.start } ] }
`;

describe('the inputs of a model', () => {
  it('are all times that are written as distributions: what something takes is a fact', () => {
    const open = fieldsOf(languageSchema()).flatMap(({ paths, description }) => {
      if (!/Unit: distribution/.test(description)) return [];
      const own = paths.filter((path) => SECTIONS.test(path) && !CHOSEN.test(path));
      return own.filter((path) => {
        const keys = path
          .replaceAll('[]', '')
          .split('.')
          .filter((key) => key !== '<name>');
        return !keys.some((key, k) => k > 0 && isFactField(keys[k - 1]!, key));
      });
    });
    expect(open).toEqual([]);
  });

  it('are facts at any depth, also of a version, and no settings; names of the user say nothing', () => {
    const { file, texts, problems } = new Source('facts.yaml', () => ({ text: TEXT })).load();
    expect(file === null ? problems : null).toBe(null);
    const { written } = texts.get('base')!;
    expect(inputsOf(written, () => '').map(({ path }) => path)).toEqual([
      'keys.who.exponent',
      'platform.imagePull',
      'services.latency.memory.base',
      'services.latency.memory.perRequest',
      'services.latency.middleware[0].log.work',
      'services.latency.endpoints.start.steps[0].work.time',
      'services.latency.versions.v2.endpoints.start.steps[0].work.time',
      'services.latency.versions.v2.endpoints.start.steps[1].probability',
      'services.mail.endpoints.send.steps[0].work.time',
      'queues.jobs.publishLatency',
      'queues.jobs.consumers[0].filter',
      'workloads.at.arrivals',
    ]);
    const changed = settingsOf(written).flatMap(({ moves }) => moves.map(({ path }) => path));
    expect(changed).toContain('services.latency.versions.v1.concurrency');
  });
});
