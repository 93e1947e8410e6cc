import { expect, it } from 'vitest';
import { faultline } from './harness.js';

it.each([
  ['--html', 'html'],
  ['--markdown', 'md'],
])('%s of run is answered by the options that write this form', (option, form) => {
  const { status, stderr } = faultline(['run', 'any.yaml', option, 'page']);
  expect(status).toBe(2);
  expect(stderr).toContain(
    `unknown option '${option}': run and sweep write reports/ with --format ${form}; --out names another folder\n`,
  );
});
