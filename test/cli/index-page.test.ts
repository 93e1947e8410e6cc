import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { Folder, NO_PROOFS, faultline, smallScenario } from './harness.js';

const folder = new Folder();
afterAll(() => folder.remove());

const run = (...args: readonly string[]) =>
  faultline(['run', ...args, NO_PROOFS, '--quiet'], { cwd: folder.path });

describe('the page of several scenarios', () => {
  it('has the answer of each with a link to its page, broken ones first', () => {
    folder.put('good.yaml', smallScenario(['people.success > 1%']).replace('Small', 'Good'));
    folder.put('bad.yaml', smallScenario(['people.success > 99.99%']).replace('Small', 'Bad <b>'));
    expect(run('good.yaml', 'bad.yaml', '--out', 'two').status).toBe(0);
    const page = readFileSync(folder.at('two/index.html'), 'utf8');
    expect(page.match(/<h2>.*?<\/h2>/g)).toEqual([
      '<h2><a href="bad.html">Bad &lt;b&gt;</a></h2>',
      '<h2><a href="good.html">Good</a></h2>',
    ]);
    expect(page).toContain('1 with a broken budget and 1 open (few runs, ');
    for (const [name, badge] of [
      ['bad', '0 of 2 survive'],
      ['good', '2 of 2 hold their budgets'],
    ]) {
      expect(readFileSync(folder.at(`two/${name}.html`), 'utf8')).toContain(badge);
      expect(page).toContain(badge);
    }
  });

  it('is not written for one scenario, nor without pages', () => {
    run('good.yaml', '--out', 'one');
    run('good.yaml', 'bad.yaml', '--format', 'md', '--out', 'texts');
    expect(existsSync(folder.at('one/good.html'))).toBe(true);
    expect(existsSync(folder.at('one/index.html'))).toBe(false);
    expect(existsSync(folder.at('texts/index.html'))).toBe(false);
  });

  it('is refused where a scenario has its name', () => {
    folder.put('index.yaml', smallScenario());
    const { status, stderr } = run('index.yaml', 'good.yaml', '--out', 'clash');
    expect(stderr).toContain(
      'index.html has the answers of all scenarios: rename the scenario index.yaml',
    );
    expect(status).toBe(2);
    expect(existsSync(folder.at('clash'))).toBe(false);
  });
});
