import { afterAll, beforeAll, expect, it } from 'vitest';
import { Folder, faultline, smallScenario } from './harness.js';

const NOTE =
  'pasted.yaml:12:95 registerHealthIndicator: health, events and stack traces do not change calls';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
  const pasted =
    'policy: { timeout: 100ms, circuitBreaker: { kind: resilience4j, registerHealthIndicator: true } }';
  folder.put('pasted.yaml', smallScenario().replace('policy: { timeout: 100ms }', pasted));
});
afterAll(() => folder.remove());

it.each(['validate', 'lint'])('%s shows each accepted setting with its place', (command) => {
  const { stdout } = faultline([command, 'pasted.yaml'], { cwd: folder.path });
  expect(stdout.split('\n').filter((line) => line.includes('note:'))).toEqual([`  note: ${NOTE}`]);
});

it('run shows it once on the stream of messages, and --quiet leaves it out', () => {
  const run = ['run', 'pasted.yaml', '--replications', '1', '--out', 'out'];
  const { stderr } = faultline(run, { cwd: folder.path });
  expect(stderr.split('\n').filter((line) => line.includes('note:'))).toEqual([`  note: ${NOTE}`]);
  expect(faultline([...run, '--quiet'], { cwd: folder.path }).stderr).not.toContain('note:');
});
