import { afterAll, describe, expect, it } from 'vitest';
import { Folder, faultline } from './harness.js';

/** A function at a queue of SQS; `consumer`: more fields of its consumer. */
const scenario = (consumer: string): string => `faultline: 1
title: Jobs
run: { duration: 10s, replications: 1 }
services: { api: { endpoints: { submit: [ publish: jobs ] } } }
functions: { worker: { coldStart: 100ms, endpoints: { handle: [ wait: 10ms ] } } }
queues: { jobs: { kind: sqs, consumers: [ { call: worker.handle${consumer} } ] } }
workloads: { users: { arrivals: poisson(5/s), requests: [ { call: api.submit } ] } }
`;
const NOTE =
  'note: worker.handle runs its steps once for up to 10 messages of jobs, as a batch of Lambda: ' +
  'write `times: messages` in steps that are those of one message, or `batch: 1` in the consumer';

describe('notes on what a file leaves open', () => {
  const folder = new Folder();
  const cwd = folder.path;
  folder.put('jobs.yaml', scenario(''));
  folder.put('each.yaml', scenario(', batch: 1'));
  folder.put(
    'per-message.yaml',
    scenario('').replace('[ wait: 10ms ]', '[ { wait: 10ms, times: messages } ]'),
  );
  folder.put('ten.yaml', scenario(', batch: 10'));
  afterAll(() => folder.remove());

  it.each([['validate'], ['lint'], ['run', '--no-explain', '--replications', '1']])(
    'are those of %s',
    (command, ...flags) => {
      const said = (file: string, ...more: string[]): string => {
        const { stdout, stderr } = faultline([command!, file, ...flags, ...more], { cwd });
        return `${stdout}${stderr}`;
      };
      expect(said('jobs.yaml')).toContain(NOTE);
      expect(said('each.yaml')).not.toContain('note:');
      expect(said('per-message.yaml')).not.toContain('note:');
      expect(said('ten.yaml')).not.toContain('note:');
      expect(said('jobs.yaml', '--quiet')).not.toContain('note:');
    },
  );

  it('are those of a rollout of which callers know at once', () => {
    const rolled = (platform: string): string => {
      const host = `versions: { v1: {}, v2: {} }, rollout: { kind: rolling, to: v2 }`;
      const text = scenario('')
        .replace('api: {', `api: { ${host},`)
        .replace('workloads:', `${platform}workloads:`);
      return faultline(['validate', folder.put('rolled.yaml', text)]).stdout;
    };
    const note =
      'note: callers of api know at once which instances are ready, so a rollout sends none of their calls to one that is gone';
    expect(rolled('')).toContain(note);
    expect(rolled('platform: { endpointPropagation: 1s }\n')).not.toContain(note);
    expect(rolled('platform: { endpointPropagation: 0s }\n')).not.toContain(note);
  });
});
