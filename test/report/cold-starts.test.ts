import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FixResult } from '../../src/contracts/result/fix.js';
import { Folder, faultline } from '../cli/harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

/** A new instance handles 100 / 6 requests a second at first, and gets 75. */
const COLD = `
faultline: 1
title: a rollout of processes that start cold
run: { duration: 75s, warmup: 5s, seed: 1, replications: 1 }
services:
  web:
    replicas: 4
    concurrency: 200
    cpu: { cores: 1 }
    lifecycle: { startup: 2s, warmup: { duration: 10s, factor: 6 } }
    rollout: { at: 5s, kind: rolling, to: v2, maxSurge: 1, maxUnavailable: 0 }
    versions: { v1: {}, v2: {} }
    endpoints: { get: [ work: exponential(10ms) ] }
workloads:
  users: { arrivals: poisson(300/s), requests: [ { call: web.get, patience: 2s } ] }
budgets: [ users.success > 99% ]
`;

describe('new instances that are slow at first', () => {
  it('are the reason that a rollout hurts, and not the new version', () => {
    const { stdout } = faultline(['run', folder.put('cold.yaml', COLD)]);
    const said = stdout.replace(/\s+/g, ' ');
    expect(said).toMatch(
      /why web goes .* \(proved\); new instances of web are slow at first \(proved\)\./,
    );
    expect(said).not.toContain('v2 takes');
  });

  it('have their time with settings that cost next to nothing, in place of more instances', () => {
    const file = folder.put('cold.yaml', COLD);
    const json = folder.at('fix.json');
    const over = ['rollout.minReady', 'loadBalancing', 'replicas'].map(
      (of) => `services.web.${of}`,
    );
    faultline(['fix', file, '--over', over.join(','), '--json', json]);
    const { answer } = (JSON.parse(readFileSync(json, 'utf8')) as FixResult).fixed;
    expect(answer!.settings.map(({ path, to }) => `${path}=${to}`).sort()).toEqual([
      'services.web.loadBalancing=leastRequest',
      'services.web.rollout.minReady=10s',
    ]);
  });
});
