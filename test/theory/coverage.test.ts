import { describe, expect, it } from 'vitest';
import { CASES } from './case.js';
import { LEFT_OUT } from './left-out.js';
import { problemsOf } from './program.js';
import { testTexts } from '../support/test-texts.js';

const HEAD = `
faultline: 1
title: More than this version runs
run: { duration: 10s }
`;

const SERVICES = 'services: { s: { endpoints: { serve: [ wait: 1ms ] } } }\n';
const USERS = 'workloads: { users: { arrivals: constant(1/s), requests: [ { call: s } ] } }\n';

const tests = testTexts(['theory']);

describe('the cases of the theory', () => {
  it.each(CASES.map(({ id, title }) => [id, title]))('are measured: %s, %s', (id) => {
    expect(tests).toContain(`'${id}'`);
  });

  it('are measured, or left out for want of a part of the language', () => {
    const left = LEFT_OUT.map(({ id }) => id);
    const measured = CASES.map(({ id }) => id);
    expect(new Set([...left, ...measured]).size).toBe(left.length + measured.length);
    expect(measured.length).toBeGreaterThanOrEqual(60);
  });

  it.each(LEFT_OUT.map(({ id, needs, asks }) => [id, needs, asks]))(
    'leave out %s, because %s is refused as known but not in this version',
    (_id, _needs, asks) => {
      const services = asks.startsWith('services') ? '' : SERVICES;
      expect(problemsOf(`${HEAD}${services}${USERS}${asks}\n`)).toMatch(
        /known, (but )?not in this version/,
      );
    },
  );
});
