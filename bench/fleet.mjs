// Prints what a fleet of a hundred services costs: 300 simulated seconds at 2,000 requests/s, with probes, autoscalers,
// sidecars, a registry and three faults, in one process with one thread. The share of control loops is the difference in
// events from the same fleet without probes, autoscalers and registry. `npm run bench:fleet`; no test asserts it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fleet } from './fleet-case.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PROGRAM = join(ROOT, 'dist', 'cli', 'main.js');
const work = mkdtempSync(join(tmpdir(), 'faultline-fleet-'));
process.once('exit', () => rmSync(work, { recursive: true, force: true }));

const whole = measured('whole', fleet());
const bare = measured('without control loops', fleet({ controls: false }));
const share = (whole.events - bare.events) / whole.events;
console.log(`\ncontrol loops: ${(100 * share).toFixed(1)} % of the events`);

function measured(name, text) {
  const file = join(work, 'fleet.yaml');
  const json = join(work, 'fleet.json');
  writeFileSync(file, text);
  const args = [PROGRAM, 'run', file, '--workers', '1', '--quiet', '--out', work, '--json', json];
  const start = performance.now();
  const ran = spawnSync('/usr/bin/time', ['-v', process.execPath, ...args], { encoding: 'utf8' });
  const seconds = (performance.now() - start) / 1000;
  if (ran.status !== 0) throw new Error(ran.stderr);
  const [, kib] = /Maximum resident set size \(kbytes\): (\d+)/.exec(ran.stderr) ?? [];
  const [, user] = /User time \(seconds\): ([\d.]+)/.exec(ran.stderr) ?? [];
  const [run] = JSON.parse(readFileSync(json, 'utf8')).variants[0].perReplication;
  console.log(
    `${name}: ${seconds.toFixed(1)} s (${user} s of CPU), ${Math.round(kib / 1024)} MiB, ` +
      `${run.requests} requests, ${run.attempts} attempts, ${run.events} events`,
  );
  return run;
}
